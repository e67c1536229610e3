// Node's public face: files in, files out.
export { type ExecutorOptions, type ExportExecutor, executorFor, type RuntimeName } from './node/executors/index.js';
export { openPeers } from './node/executors/peers.js';
export { fileSource, type WriteOptions, writeOutputFile, writeOutputFolder } from './node/files.js';
export { isolated, type ParserLimits } from './node/parser.js';
