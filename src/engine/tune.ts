// Whether this machine's WebAssembly runs faster without scheduling barriers: measured, never told by a version. Takes some
// 20 ms, longer than it saves in a picture, so it is asked for. Read first: kernels/barrier.ts.
import { type ConvolutionSpec, convolutionKernel, packConvolution } from './kernels/convolution.js';
import { encodeModule } from './wasm/module.js';

/** A tile's work: 40 pixels, 40 channels in, 20 out, all in the first cache. */
const [PIXELS, CHANNELS_IN, CHANNELS_OUT] = [40, 40, 20];

const SPEC: ConvolutionSpec = {
  inStep: 4 * CHANNELS_IN,
  outStep: 4 * CHANNELS_OUT,
  residualStep: undefined,
  inRowStep: 0,
  outRowStep: 0,
  residualRowStep: 0,
  relu: true,
  pixels: PIXELS,
  groups: [{ offsets: Array.from({ length: CHANNELS_IN }, (_, k) => 4 * k), outVector: 0, vectors: CHANNELS_OUT / 4 }],
};

const [INPUT, OUTPUT, WEIGHTS] = [1024, 32_768, 65_536];

/** Code that is optimised runs ten times as fast as what it starts with; a third of the best early time cannot be chance. */
const OPTIMISED = 1 / 3;

/** So many calls are early ones: the first alone is slow for other reasons, too. */
const EARLY_CALLS = 5;

/** How long to wait for optimised code, and to measure it. */
const [MOST_MILLISECONDS, MEASURED_MILLISECONDS] = [60, 4];

/** Without barriers only where that is plainly faster: where they help, they help twofold. */
const MARGIN = 0.98;

/** One kernel's times. */
interface Timed {
  call(): void;
  calls: number;
  /** The least of the early calls, and of all. */
  early: number;
  best: number;
}

/** Whether kernels should have barriers here. True where it cannot be measured in time. */
export function barriersPay(fma: boolean, now: () => number = () => performance.now()): boolean {
  const [withBarriers, without] = kernels(fma);
  const both = [withBarriers!, without!];
  const start = now();
  let optimisedAt: number | undefined;
  for (let time = start; time - start < MOST_MILLISECONDS; time = now()) {
    for (const kernel of both) measure(kernel, now);
    const optimised = both.every(({ early, best }) => best < early * OPTIMISED);
    if (optimised) optimisedAt ??= time;
    if (optimisedAt !== undefined && time - optimisedAt > MEASURED_MILLISECONDS) {
      return !(without!.best < withBarriers!.best * MARGIN);
    }
  }
  return true;
}

function measure(kernel: Timed, now: () => number): void {
  const start = now();
  kernel.call();
  const time = now() - start;
  if (kernel.calls++ < EARLY_CALLS) kernel.early = Math.min(kernel.early, time);
  kernel.best = Math.min(kernel.best, time);
}

function kernels(fma: boolean): Timed[] {
  const functions = [true, false].map((barriers) => convolutionKernel(`barriers_${barriers}`, SPEC, { fma, barriers }));
  const memory = new WebAssembly.Memory({ initial: 2 });
  const module = new WebAssembly.Module(encodeModule(functions, { pages: 2, shared: false }));
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  const weights = packConvolution(SPEC, {
    parts: [new Float32Array(CHANNELS_IN * CHANNELS_OUT).fill(0.1)],
    channels: CHANNELS_OUT,
    scale: undefined,
    bias: undefined,
    lanes: [Array.from({ length: CHANNELS_OUT }, (_, lane) => lane)],
  });
  new Float32Array(memory.buffer, WEIGHTS).set(weights);
  return functions.map(({ name }) => {
    const kernel = exports[name] as (...args: number[]) => void;
    return {
      call: () => {
        for (let i = 0; i < 4; i++) kernel(INPUT, WEIGHTS, OUTPUT, 0, PIXELS, 1);
      },
      calls: 0,
      early: Number.POSITIVE_INFINITY,
      best: Number.POSITIVE_INFINITY,
    };
  });
}
