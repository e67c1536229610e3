// Where the process begins: real streams, real arguments.
import { startThreadEarly } from '../node/start-thread.js';

const { stdout, stderr, env, argv } = process;

// The thread that parses starts and loads the HDF5 library beside everything else, where an argument names such a file.
if (argv.slice(2).some((argument) => /\.(h5|hdf5|keras|weights\.json)$/.test(argument))) startThreadEarly();
const { run } = await import('./program.js');

process.exitCode = await run(
  argv.slice(2),
  {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    interactive: stderr.isTTY === true,
    color: stderr.isTTY === true && (env.NO_COLOR ?? '') === '',
  },
  env,
);
