// Every damaged or hostile file ends as its index says, in bounded time, with a message that is no accident.
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import { captured, flagsOf, readIndex, shared } from './shared.js';

interface Broken {
  readonly file: string;
  readonly verdict: 'load' | 'refuse' | 'parity-fail' | 'load-or-refuse';
  readonly firstFailure?: string;
  readonly options: Record<string, unknown>;
  readonly reference: string;
}

const EXIT_CODES = { load: [0], refuse: [3], 'parity-fail': [1], 'load-or-refuse': [0, 3] } as const;

describe.each(readIndex<Broken[]>('broken/INDEX.json'))(
  'broken/$file',
  ({ file, verdict, firstFailure, options, reference }) => {
    test(`verify ends as "${verdict}"`, async () => {
      const { out, streams } = captured();
      const started = performance.now();
      const code = await run(
        ['verify', shared('broken', file), '--reference', shared(reference), ...flagsOf(options), '--json'],
        streams,
      );
      expect(EXIT_CODES[verdict], out.join('')).toContain(code);
      const result = JSON.parse(out.join('')) as { firstFailure?: { layer: string } | null; error?: { tag: string } };
      if (firstFailure !== undefined) expect(result.firstFailure?.layer).toBe(firstFailure);
      if (code === 3) expect(result.error?.tag).not.toBe('Internal');
      expect(performance.now() - started).toBeLessThan(5000);
    });
  },
);
