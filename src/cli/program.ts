// The command line: its words, its flags, its help. What the commands do is in commands.ts.
import { readFileSync, statSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { EXPORT_FORMATS } from '../export/files.js';
import { INPUT_LAYOUTS } from '../export/options.js';
import { RECIPES } from '../image/recipes.js';
import { EXECUTORS, type ExecutorName } from '../node/executors/names.js';
import type { Environment } from '../report/github.js';
import { INSPECT_FORMATS } from '../report/inspect.js';
import { REPORT_ENDINGS, reportFormatOf } from '../report/report-format.js';
import {
  type BenchFlags,
  type PredictFlags,
  runBench,
  runDiff,
  runInspect,
  runMakeReference,
  runPredict,
  runVerify,
} from './commands.js';
import { type ConvertTarget, runConvert } from './convert.js';
import { PASS, USAGE } from './exit-codes.js';
import {
  addSettingsOptions,
  loadingOptions,
  number,
  positiveCount,
  type SettingsFlags,
  threadCount,
} from './options.js';
import { type Answer, printAnswer, printError, progress, progressDone, type Streams } from './output.js';
import { type Ask, type PortSurroundings, type PortTarget, runPort } from './port.js';
import type { ReportFlags, Surroundings } from './verify-reports.js';

/** Runs the command line `args` (without node and script) and returns the exit code. `env` tells of GitHub Actions. */
export async function run(args: readonly string[], streams: Streams, env: Environment = {}): Promise<number> {
  let exitCode = PASS;
  const json = args.includes('--json');
  const answer = async (work: string, make: () => Promise<Answer>): Promise<void> => {
    progress(streams, work);
    const made = await make().finally(() => progressDone(streams));
    printAnswer(streams, made, json);
    exitCode = made.exitCode;
  };
  try {
    await program(streams, answer, env).parseAsync(withCommand(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(streams, error, json);
    return printError(streams, error, json);
  }
}

/** Help and version end well; anything else was said on stderr by commander, and is said as JSON where that is wanted. */
function usageExit(streams: Streams, error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return PASS;
  const what = error.code === 'commander.help' ? NO_COMMAND : error.message.replace(/^error: /, '');
  if (json) printError(streams, new UsageError({ what, next: '--help shows the commands and flags' }), true);
  else if (what === NO_COMMAND) streams.err(`\nerror: ${what}\n`);
  return USAGE;
}

/** Commander shows the help where a command is missing or, after `help`, unknown; and says no more. */
const NO_COMMAND = 'There is no command, or none that is known.';

type Answering = (work: string, make: () => Promise<Answer>) => Promise<void>;

function program(streams: Streams, answer: Answering, env: Environment): Command {
  const root = new Command('shuffleport')
    .description('Carries Keras ShuffleNet checkpoints to JavaScript and proves that they arrived intact.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(--help shows the flags)')
    .addHelpText(
      'after',
      '\nExit codes: 0 pass; 1 the answer is no; 2 usage, or a question only you can answer;\n3 the file cannot be used; 4 a fault of ours.',
    );
  const surroundings = { version: version(), env, err: streams.err, ask: askingOn(streams) };
  for (const add of [addPort, addInspect, addConvert, addVerify, addPredict, addBench, addDiff, addMakeReference]) {
    add(root, answer, surroundings);
  }
  // Subcommands made above inherit neither, so each is told.
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({ writeOut: streams.out, writeErr: streams.err });
  }
  return root;
}

/** A file alone asks for the one command. What is no file and looks like none is a command, known or not. */
function withCommand(args: readonly string[]): string[] {
  const [first = ''] = args;
  const file = first.startsWith('-') ? args.find(isCheckpointPath) : first;
  const known = args.some((arg) => COMMANDS.includes(arg)) && !isCheckpointPath(first);
  return file !== undefined && isCheckpointPath(file) && !known ? ['port', ...args] : [...args];
}

const COMMANDS = ['port', 'inspect', 'convert', 'verify', 'predict', 'bench', 'diff', 'make-reference', 'help'];

/** A word that is a command is one, whatever lies in the folder. */
function isCheckpointPath(arg: string): boolean {
  if (arg.startsWith('-') || COMMANDS.includes(arg)) return false;
  return CHECKPOINT_ENDING.test(arg) || (statSync(arg, { throwIfNoEntry: false })?.isFile() ?? false);
}

const CHECKPOINT_ENDING = /\.(h5|hdf5|keras|weights\.json|safetensors|npz)$/i;

/** Questions on the terminal, between two lines of progress. */
function askingOn(streams: Streams): Ask {
  const { ask } = streams;
  if (ask === undefined) return undefined;
  return (question) => {
    progressDone(streams);
    return ask(question);
  };
}

/** From package.json, two folders up both in src/ and in dist/. */
function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;
}

const jsonOption = (): Option => new Option('--json', 'print the result as JSON and nothing else on stdout');

function addPort(root: Command, answer: Answering, surroundings: PortSurroundings): void {
  const command = root
    .command('port')
    .description(
      'inspect, check and convert, and write a folder with the model, a page that runs it and a report; the name may be left out',
    )
    .argument('<file>', 'the weights')
    .addOption(new Option('--to <format>', 'what to write (default: tfjs)').choices([...EXPORT_FORMATS]))
    .option('-o, --output <path>', 'the folder (default: beside the file, NAME-js)')
    .option('--force', 'replace what is there')
    .option('-r, --reference <npz>', 'recorded in Python: verify against it, and report that')
    .addOption(
      new Option('--check <how>', 'check what was written: none, weights (default), or run it, too').choices([
        'none',
        'weights',
        'run',
      ]),
    )
    .addOption(
      new Option(
        '--preprocess <recipe>',
        'what was done to pixel values in training: the page asks unless told',
      ).choices([...RECIPES]),
    )
    .option('--labels <file>', 'names of the classes, one a line, for the page')
    .option('--dry-run', 'everything but writing');
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport weights.h5\n  shuffleport weights.h5 --pooling avg --input-shape 224,224,3\n  shuffleport port weights.h5 -r reference.npz --to onnx -o model/',
    )
    .action((file: string, flags: SettingsFlags & Partial<PortTarget>) =>
      answer(`carrying ${file}`, () =>
        runPort(
          file,
          loadingOptions(flags),
          {
            ...picked(flags, ['to', 'output', 'check', 'reference', 'dryRun', 'preprocess', 'labels']),
            force: flags.force ?? false,
          },
          surroundings,
        ),
      ),
    );
}

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
    .option('--force', 'replace what is there')
    .option('--fold', 'tfjs, onnx: fold batch normalisations into the convolutions before them (default)')
    .option('--no-fold', 'tfjs, onnx: leave them, with their weights as they are')
    .addOption(
      new Option('--input-layout <layout>', 'onnx: the layout of the input (default: nhwc)').choices([
        ...INPUT_LAYOUTS,
      ]),
    )
    .addOption(
      new Option(
        '--check <how>',
        'check what was written: none, weights, or run it, too (default: weights; with a reference run)',
      ).choices(['none', 'weights', 'run']),
    )
    .option('-r, --reference <npz>', 'recorded in Python: what is run, and what the layers are held against, too')
    .option('--dry-run', 'everything but writing')
    .option('--all', 'list every layer that was run');
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport convert weights.h5 --pooling avg -o model/\n  shuffleport convert weights.h5 --pooling avg -o weights.safetensors\n  shuffleport convert weights.h5 --pooling avg -o model.onnx --check run\n  shuffleport convert weights.h5 -r reference.npz --to onnx --dry-run',
    )
    .action((file: string, flags: SettingsFlags & Partial<ConvertTarget>) =>
      answer(`converting ${file}`, () =>
        runConvert(file, loadingOptions(flags), {
          ...picked(flags, ['to', 'output', 'fold', 'inputLayout', 'check', 'reference', 'dryRun', 'all']),
          force: flags.force ?? false,
        }),
      ),
    );
}

function addVerify(root: Command, answer: Answering, surroundings: Surroundings): void {
  const command = root
    .command('verify')
    .description('hold every layer against what was recorded of it in Python, or the weights against themselves')
    .argument('<file>', 'the weights, or a model that `convert` wrote (tfjs, onnx)')
    .option(
      '-r, --reference <npz>',
      'recorded in Python: `input`, and outputs under layer names; without it the weights are held against themselves',
    )
    .addOption(
      new Option(
        '--tolerance <x>',
        "largest error, relative to each layer's largest value (default: bounds derived for each layer)",
      ).argParser(number),
    )
    .addOption(
      new Option(
        '--executor <name>',
        'what runs from the input (default: evaluator; for an exported model the runtime it is made for)',
      ).choices([...EXECUTORS]),
    )
    .option('--all', 'list every layer, not only those that differ')
    .option('--all-causes', 'look for causes of a failure without a limit on work')
    .option('--self-test', 'plant known mistakes in the reference, and tell which of them it would show')
    .addOption(
      new Option(
        '-o, --output <path>',
        'write a report, by its end: .html, .xml (JUnit), .md, .json; repeatable',
      ).argParser(reportPath),
    )
    .option('--force', 'replace what is there')
    .option('--against <json>', 'an earlier report.json: whether it still holds, and what moved')
    .addOption(
      new Option(
        '--repro <npz>',
        'write the first layer at fault, with all it needs, and a few lines of numpy that show the difference',
      ).argParser(npzPath),
    );
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport verify weights.h5\n  shuffleport verify weights.h5 --reference reference.npz\n  shuffleport verify weights.h5 -r reference.npz --slices last --json\n  shuffleport verify weights.h5 -r reference.npz -o report.html -o report.junit.xml -o report.json\n  shuffleport verify weights.h5 -r reference.npz --against report.json\n  shuffleport verify weights.h5 -r reference.npz --repro repro.npz\n  shuffleport verify model.onnx -r reference.npz\n  shuffleport verify weights.h5 -r reference.npz --executor tfjs\n  shuffleport verify weights.h5 -r reference.npz --self-test',
    )
    .action((file: string, flags: SettingsFlags & ReportFlags & VerifyFlags) =>
      answer(`verifying ${file}`, () =>
        runVerify(
          file,
          flags.reference,
          { ...loadingOptions(flags), ...picked(flags, ['tolerance', 'allCauses']) },
          picked(flags, ['all', 'output', 'force', 'against', 'repro', 'selfTest', 'executor']),
          surroundings,
        ),
      ),
    );
}

/** The flags of `verify` beside settings and reports. */
interface VerifyFlags {
  readonly reference?: string;
  readonly tolerance?: number;
  readonly allCauses?: boolean;
  readonly all?: boolean;
  readonly selfTest?: boolean;
  readonly executor?: ExecutorName;
}

/** Collects the paths of reports; one whose end asks for no report is refused before anything is read. */
function reportPath(path: string, earlier: readonly string[] = []): string[] {
  if (reportFormatOf(path) !== undefined) return [...earlier, path];
  throw new InvalidArgumentError(`It must end in ${Object.keys(REPORT_ENDINGS).join(', ')}.`);
}

/** The script is named after it, with another end. */
function npzPath(path: string): string {
  if (path.endsWith('.npz')) return path;
  throw new InvalidArgumentError('It must end in .npz; the script is written beside it.');
}

function addPredict(root: Command, answer: Answering): void {
  const command = root
    .command('predict')
    .description('run the network on an array or a picture')
    .argument('<file>', 'the weights')
    .argument('<input>', '.npy, .npz, .png or .jpg')
    .option('--key <name>', 'which array of an .npz file')
    .addOption(new Option('--preprocess <recipe>', 'what to do to pixel values first').choices([...RECIPES]))
    .option('--labels <file>', 'names of the classes, one a line')
    .addOption(new Option('--executor <name>', 'what computes (default: engine)').choices(['engine', 'evaluator']));
  addSettingsOptions(command)
    .addOption(new Option('--top <n>', 'how many classes to list (default: 5)').argParser(positiveCount))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport predict weights.h5 input.npy --pooling avg\n  shuffleport predict weights.h5 cat.jpg --pooling avg --preprocess article --input-shape 224,224,3 --labels imagenet.txt',
    )
    .action((file: string, input: string, flags: SettingsFlags & PredictFlags) =>
      answer(`running ${file}`, () =>
        runPredict(file, input, loadingOptions(flags), {
          ...picked(flags, ['key', 'preprocess', 'labels', 'top', 'executor']),
        }),
      ),
    );
}

function addBench(root: Command, answer: Answering): void {
  const command = root
    .command('bench')
    .description('time the network on this machine: the engine, its tasks, and other runtimes that are installed')
    .argument('<file>', 'the weights')
    .addOption(new Option('--threads <n>', 'the engine on so many threads, too (default: 1)').argParser(threadCount))
    .addOption(new Option('--runs <n>', 'timed runs of each (default: 60)').argParser(positiveCount))
    .option('--layers', 'list every task of the engine, by the layer that it ends in')
    .option('--peers', 'time onnxruntime-web, onnxruntime-node and tfjs, too, where they are installed')
    .option('--tune', 'measure first whether kernels run faster without scheduling barriers');
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport bench weights.h5 --pooling avg\n  shuffleport bench weights.h5 --pooling avg --input-shape 224,224,3 --threads 2 --layers\n  shuffleport bench weights.h5 --pooling avg --peers --json',
    )
    .action((file: string, flags: SettingsFlags & BenchFlags) =>
      answer(`timing ${file}`, () =>
        runBench(file, loadingOptions(flags), picked(flags, ['threads', 'runs', 'layers', 'peers', 'tune'])),
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

function addMakeReference(root: Command, answer: Answering): void {
  const command = root
    .command('make-reference')
    .description('write a Python script that records what every layer gives, for `verify --reference`')
    .argument('<file>', 'the weights')
    .option('-o, --output <path>', 'where to (default: beside the file, record_NAME.py)')
    .option('--force', 'replace what is there')
    .addOption(new Option('--keras', 'the script runs your Keras, 2 or 3 (the default)').conflicts('numpy'))
    .addOption(new Option('--numpy', 'the script computes the network itself, with numpy and h5py only'));
  addSettingsOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  shuffleport make-reference weights.h5 --pooling avg -o record.py\n  shuffleport make-reference weights.h5 --pooling avg --numpy -o record.py',
    )
    .action((file: string, flags: SettingsFlags & { output?: string; force?: boolean; numpy?: boolean }) =>
      answer(`reading ${file}`, () =>
        runMakeReference(
          file,
          { ...loadingOptions(flags), flavour: flags.numpy === true ? 'numpy' : 'keras' },
          { ...picked(flags, ['output']), force: flags.force ?? false },
        ),
      ),
    );
}

/** Those of `keys` that were given. */
function picked<T extends object, K extends keyof T>(
  flags: T,
  keys: readonly K[],
): { [P in K]?: Exclude<T[P], undefined> } {
  return Object.fromEntries(keys.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]])) as never;
}
