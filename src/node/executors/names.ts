// The words that choose a runtime: known before any is loaded.

/** Runtimes, by the word that chooses one. */
export const RUNTIMES = ['onnxruntime', 'tfjs', 'tfjs-node'] as const;

/** One of them. */
export type RuntimeName = (typeof RUNTIMES)[number];

/** Executors of a network: our own evaluator and engine, and the runtimes. */
export const EXECUTORS = ['evaluator', 'engine', ...RUNTIMES] as const;

/** One of them. */
export type ExecutorName = (typeof EXECUTORS)[number];

/** Formats that a runtime takes. */
export type RunnableFormat = 'onnx' | 'tfjs';

/** The format that each runtime takes. */
export const FORMAT_OF: Readonly<Record<RuntimeName, RunnableFormat>> = {
  onnxruntime: 'onnx',
  tfjs: 'tfjs',
  'tfjs-node': 'tfjs',
};
