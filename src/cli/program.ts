// The command line: its words, its flags, its help. What the commands do is in commands.ts.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { EXPORT_FORMATS } from '../export/files.js';
import { RECIPES } from '../image/recipes.js';
import { INSPECT_FORMATS } from '../report/inspect.js';
import { runConvert, runDiff, runInspect, runPredict, runVerify } from './commands.js';
import { PASS, USAGE } from './exit-codes.js';
import { addSettingsOptions, count, loadingOptions, number, type SettingsFlags } from './options.js';
import { type Answer, printAnswer, printError, progress, progressDone, type Streams } from './output.js';

/** Runs the command line `args` (without node and script) and returns the exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  let exitCode = PASS;
  const json = args.includes('--json');
  const answer = async (work: string, make: () => Promise<Answer>): Promise<void> => {
    progress(streams, work);
    const made = await make().finally(() => progressDone(streams));
    printAnswer(streams, made, json);
    exitCode = made.exitCode;
  };
  try {
    await program(streams, answer).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(streams, error, json);
    return printError(streams, error, json);
  }
}

/** Help and version end well; anything else was said on stderr by commander, and is said as JSON where that is wanted. */
function usageExit(streams: Streams, error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return PASS;
  if (json) printError(streams, new UsageError({ what: error.message.replace(/^error: /, '') }), true);
  return USAGE;
}

type Answering = (work: string, make: () => Promise<Answer>) => Promise<void>;

function program(streams: Streams, answer: Answering): Command {
  const root = new Command('shuffleport')
    .description('Carries Keras ShuffleNet checkpoints to JavaScript and proves that they arrived intact.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(--help shows the flags)')
    .addHelpText(
      'after',
      '\nExit codes: 0 pass; 1 the answer is no; 2 usage, or a question only you can answer;\n3 the file cannot be used; 4 a fault of ours.',
    );
  for (const add of [addInspect, addConvert, addVerify, addPredict, addDiff]) add(root, answer);
  // Subcommands made above inherit neither, so each is told.
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({ writeOut: streams.out, writeErr: streams.err });
  }
  return root;
}

/** From package.json, two folders up both in src/ and in dist/. */
function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
}

const jsonOption = (): Option => new Option('--json', 'print the result as JSON and nothing else on stdout');

function addInspect(root: Command, answer: Answering): void {
  const command = root
    .command('inspect')
    .description('list the layers, weights and shapes in a file, and say what network it is')
    .argument('<file>', 'a Keras HDF5 file, or a converted .safetensors or .npz')
    .option('--layer <glob>', 'only layers whose names match')
    .option('--stats', 'read the weights, and show smallest, largest, mean and spread')
    .addOption(new Option('--format <form>', 'how to show the layers').choices([...INSPECT_FORMATS]).default('table'));
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport inspect weights.h5\n  shuffleport inspect weights.h5 --layer "stage2/*" --stats\n  shuffleport inspect weights.h5 --json | jq .totals',
    )
    .action(
      (
        file: string,
        flags: SettingsFlags & { layer?: string; stats?: boolean; format: (typeof INSPECT_FORMATS)[number] },
      ) =>
        answer(`reading ${file}`, () =>
          runInspect(file, { ...loadingOptions(flags), ...picked(flags, ['layer', 'stats']) }, flags.format),
        ),
    );
}

function addConvert(root: Command, answer: Answering): void {
  const command = root
    .command('convert')
    .description('write the network as a model for JavaScript; what was written is read back and compared')
    .argument('<file>', 'the weights')
    .addOption(
      new Option('--to <format>', 'what to write (default: by the name of the output, else tfjs)').choices([
        ...EXPORT_FORMATS,
      ]),
    )
    .option('-o, --output <path>', 'where to (default: beside the file, named after the network)')
    .option('--force', 'replace what is there');
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport convert weights.h5 --pooling avg -o model/\n  shuffleport convert weights.h5 --pooling avg -o weights.safetensors',
    )
    .action(
      (
        file: string,
        flags: SettingsFlags & { to?: (typeof EXPORT_FORMATS)[number]; output?: string; force?: boolean },
      ) =>
        answer(`converting ${file}`, () =>
          runConvert(file, loadingOptions(flags), {
            ...picked(flags, ['to', 'output']),
            force: flags.force ?? false,
          }),
        ),
    );
}

function addVerify(root: Command, answer: Answering): void {
  const command = root
    .command('verify')
    .description('run the network on recorded inputs and compare every recorded layer')
    .argument('<file>', 'the weights')
    .requiredOption('-r, --reference <npz>', 'recorded in Python: `input`, and outputs under layer names')
    .addOption(
      new Option('--tolerance <x>', "largest error, relative to each layer's largest value (default: 1e-5)").argParser(
        number,
      ),
    )
    .option('--all', 'list every layer, not only those that differ');
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport verify weights.h5 --reference reference.npz\n  shuffleport verify weights.h5 -r reference.npz --slices last --json',
    )
    .action((file: string, flags: SettingsFlags & { reference: string; tolerance?: number; all?: boolean }) =>
      answer(`verifying ${file}`, () =>
        runVerify(
          file,
          flags.reference,
          { ...loadingOptions(flags), ...picked(flags, ['tolerance']) },
          flags.all ?? false,
        ),
      ),
    );
}

function addPredict(root: Command, answer: Answering): void {
  const command = root
    .command('predict')
    .description('run the network on an array or a picture')
    .argument('<file>', 'the weights')
    .argument('<input>', '.npy, .npz, .png or .jpg')
    .option('--key <name>', 'which array of an .npz file')
    .addOption(new Option('--preprocess <recipe>', 'what to do to pixel values first').choices([...RECIPES]))
    .option('--labels <file>', 'names of the classes, one a line');
  addSettingsOptions(command)
    .addOption(new Option('--top <n>', 'how many classes to list (default: 5)').argParser(count))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport predict weights.h5 input.npy --pooling avg\n  shuffleport predict weights.h5 cat.jpg --pooling avg --preprocess article --input-shape 224,224,3 --labels imagenet.txt',
    )
    .action(
      (
        file: string,
        input: string,
        flags: SettingsFlags & { top?: number; key?: string; preprocess?: (typeof RECIPES)[number]; labels?: string },
      ) =>
        answer(`running ${file}`, () =>
          runPredict(file, input, loadingOptions(flags), {
            ...picked(flags, ['key', 'preprocess', 'labels', 'top']),
          }),
        ),
    );
}

function addDiff(root: Command, answer: Answering): void {
  root
    .command('diff')
    .description('compare two files of weights: names, shapes, values')
    .argument('<a>')
    .argument('<b>')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport diff before.h5 after.h5\n  shuffleport diff weights.h5 weights.safetensors',
    )
    .action((a: string, b: string) => answer(`comparing ${a} and ${b}`, () => runDiff(a, b)));
}

/** Those of `keys` that were given. */
function picked<T extends object, K extends keyof T>(
  flags: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  return Object.fromEntries(keys.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]])) as never;
}
