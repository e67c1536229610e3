// Where the process begins: real streams, real arguments.
import { run } from './program.js';

const { stdout, stderr, env, argv } = process;

process.exitCode = await run(argv.slice(2), {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  interactive: stderr.isTTY === true,
  color: stderr.isTTY === true && (env.NO_COLOR ?? '') === '',
});
