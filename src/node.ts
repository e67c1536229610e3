// Node's public face: files in, files out.
export { fileSource, type WriteOptions, writeOutputFile, writeOutputFolder } from './node/files.js';
export { isolated, type ParserLimits } from './node/parser.js';
