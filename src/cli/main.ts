// Where the process begins: real streams, real arguments.
const { stdout, stderr, env, argv } = process;

// The HDF5 library compiles on other threads while the rest loads, where an argument has the name of such a file.
if (argv.slice(2).some((argument) => /\.(h5|hdf5|keras)$/.test(argument))) {
  void import('../checkpoint/hdf5.js').then(({ prepareHdf5 }) => prepareHdf5());
}
const { run } = await import('./program.js');

process.exitCode = await run(argv.slice(2), {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  interactive: stderr.isTTY === true,
  color: stderr.isTTY === true && (env.NO_COLOR ?? '') === '',
});
