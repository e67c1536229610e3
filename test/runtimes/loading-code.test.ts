// The lines that `convert` prints, pasted: run by Node and by Python where the files were written.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConvertResult, LoadingCode } from '../../src/results/convert.js';
import { type Folder, keras, newFolder, shuffleport } from '../cli/shell.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = { tfjs: '@tensorflow', onnx: 'onnxruntime-web' };

let folder: Folder;
beforeAll(() => {
  folder = newFolder();
  const modules = folder.at('node_modules');
  mkdirSync(join(modules, PACKAGES.tfjs, 'tfjs'), { recursive: true });
  for (const name of [PACKAGES.onnx, 'onnxruntime-common'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  symlinkSync(root, join(modules, 'shuffleport'));
  // The package that users install is these parts and more backends.
  const parts = ['tfjs-core', 'tfjs-converter'].map((name) => `export * from '@tensorflow/${name}';`);
  const stand = [...parts, "import '@tensorflow/tfjs-backend-cpu';"].join('\n');
  for (const name of ['tfjs-core', 'tfjs-converter', 'tfjs-backend-cpu'])
    symlinkSync(join(root, 'node_modules/@tensorflow', name), join(modules, '@tensorflow', name));
  writeFileSync(join(modules, '@tensorflow/tfjs/index.mjs'), stand);
  writeFileSync(join(modules, '@tensorflow/tfjs/package.json'), '{"main":"index.mjs","exports":"./index.mjs"}');
});
afterAll(() => folder.remove());

/** Converts the digits to `format`, and returns the lines, which name the file as it lies in the folder. */
async function linesFor(format: string, ...flags: string[]): Promise<readonly LoadingCode[]> {
  const output = folder.at(format === 'tfjs' ? 'model' : `m.${format}`);
  const stated = ['--pooling', 'avg', '--input-shape', '32,32,3', '--force', '--json'];
  const weights = keras('trained-digits-g3/weights.h5');
  const { code, out } = await shuffleport(['convert', weights, '--to', format, '-o', output, ...stated, ...flags]);
  expect(code).toBe(0);
  return (JSON.parse(out) as ConvertResult).loading.map(({ language, code: lines }) => ({
    language,
    code: lines.replace(`${folder.at('')}/`, ''),
  }));
}

/** A page's `fetch`, which reads what lies beside the page. */
const PAGE = `import { readFileSync } from 'node:fs';
globalThis.fetch = async (path) => new Response(readFileSync(String(path)), { headers: { 'content-type': 'application/json' } });
`;

/** Runs lines in Node; `last` is printed. */
function node(code: string, last: string, before = ''): string {
  writeFileSync(folder.at('pasted.mjs'), `${before}${code}\nconsole.log(${last});\n`);
  const { stdout, stderr } = spawnSync(process.execPath, ['pasted.mjs'], { cwd: folder.at(''), encoding: 'utf8' });
  return stdout.trim() || stderr;
}

const javascript = (lines: readonly LoadingCode[]): string => {
  const { code } = lines.find(({ language }) => language === 'javascript')!;
  expect(code.split('\n')).toHaveLength(3);
  return code;
};

describe('in JavaScript', () => {
  test('tfjs', async () => {
    expect(node(javascript(await linesFor('tfjs')), "output.shape.join('x')", PAGE)).toMatch(/1x10$/);
  });

  test.each([[], ['--input-layout', 'nchw']])('onnx %s %s', async (...flags) => {
    expect(node(javascript(await linesFor('onnx', ...flags)), "outputs.softmax.dims.join('x')")).toBe('1x10');
  });

  test.each(['safetensors', 'npz'])('%s', async (format) => {
    expect(node(javascript(await linesFor(format)), 'network.name')).toBe('evaluator');
  });
});

describe('in Python', () => {
  const command = process.env.SHUFFLEPORT_PYTHON || 'python3';
  const python = (code: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(command, ['-c', code], { cwd: folder.at(''), encoding: 'utf8' });

  test.each([
    ['npz', 'numpy', '(3, 3, 3, 6)', ''],
    ['safetensors', 'safetensors', '(3, 3, 3, 6)', ''],
    ['onnx', 'onnxruntime', '(1, 10)', '\nprint(outputs[0].shape)'],
    ['keras', 'keras', '(1, 10)', '\nprint(output.shape)'],
  ])('%s, where there is %s', async (format, module, said, last) => {
    const code = (await linesFor(format)).find(({ language }) => language === 'python')!.code;
    expect(code.split('\n')).toHaveLength(3);
    if (command === 'none' || python(`import ${module}, numpy`).status !== 0) return;
    const { stdout, stderr } = python(`${code}${last}`);
    expect(stdout.trim().split('\n').at(-1), stderr).toBe(said);
  });
});
