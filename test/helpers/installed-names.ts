// The variables of the environment that name runtimes which are no development dependencies. Read next: installed.ts.

/** Folders in which packages of npm are, and Pythons. */
export const NAMES = [
  'SHUFFLEPORT_TFJS_NODE',
  'SHUFFLEPORT_ONNXRUNTIME_NODE',
  'SHUFFLEPORT_ONNX_PYTHON',
  'SHUFFLEPORT_KERAS_PYTHON',
] as const;
