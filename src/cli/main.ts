// Where the process begins: real streams, real arguments.
import { createInterface } from 'node:readline/promises';
import { startThreadEarly } from '../node/start-thread.js';
import { USAGE } from './exit-codes.js';

const { stdin, stdout, stderr, env, argv } = process;

// The thread that parses starts and loads the HDF5 library beside everything else, where an argument names such a file.
if (argv.slice(2).some((argument) => /\.(h5|hdf5|keras|weights\.json)$/.test(argument))) startThreadEarly();
const [{ run }, { keepingAwake }, { UnwritablePathError }] = await Promise.all([
  import('./program.js'),
  import('../core/keep-awake.js'),
  import('../node/errors.js'),
]);

/** Whether the answer did not reach whom it is for: the disk that stdout goes to is full, say. */
let lost = false;

// Whoever reads may have enough (`| head`): the answer and its exit code stay what they are.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || lost) return;
  lost = true;
  process.exitCode = USAGE;
  stderr.write(`error: ${new UnwritablePathError('stdout', error.code ?? String(error)).message}\n`);
});
// Nobody is left to be told.
stderr.on('error', () => undefined);

/** One line of the terminal; an end of input is an empty one. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

// Awake, since the packages that commands run models in compile WebAssembly.
const exitCode = await keepingAwake(
  run(
    argv.slice(2),
    {
      out: (text) => stdout.write(text),
      err: (text) => stderr.write(text),
      interactive: stderr.isTTY === true,
      color: stderr.isTTY === true && (env.NO_COLOR ?? '') === '',
      ...(stdin.isTTY === true && stderr.isTTY === true && { ask }),
    },
    env,
  ),
);
process.exitCode = lost ? USAGE : exitCode;
