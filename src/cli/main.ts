// Where the process begins: real streams, real arguments.
import { createInterface } from 'node:readline/promises';
import { keepingAwake } from '../core/keep-awake.js';
import { startThreadEarly } from '../node/start-thread.js';

const { stdin, stdout, stderr, env, argv } = process;

// The thread that parses starts and loads the HDF5 library beside everything else, where an argument names such a file.
if (argv.slice(2).some((argument) => /\.(h5|hdf5|keras|weights\.json)$/.test(argument))) startThreadEarly();
const { run } = await import('./program.js');

// Whoever reads may have enough (`| head`): the answer and its exit code stay what they are.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

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
process.exitCode = await keepingAwake(
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
