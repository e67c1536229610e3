// Maximum and average over all pixels, channel by channel.
import { FunctionBuilder } from '../wasm/function.js';
import { relu, VECTOR } from './arithmetic.js';

/** Pooling over whole maps. */
export interface GlobalPoolingSpec {
  readonly pixels: number;
  readonly inStep: number;
  readonly vectors: number;
  readonly kind: 'max' | 'average';
  readonly relu: boolean;
}

const [INPUT, OUTPUT, FROM, TO] = [0, 1, 2, 3];

/** Parameters: input, output, v0, v1. Vectors v0 to v1 (exclusive) are computed. For NaN, see `poolingKernel`. */
export function globalPoolingKernel(name: string, spec: GlobalPoolingSpec): FunctionBuilder {
  const f = new FunctionBuilder(name, 4);
  const [vector, pixel, left, result] = [f.i32(), f.i32(), f.i32(), f.v128()];
  const join = () => (spec.kind === 'max' ? f.pseudoMaxF32x4() : f.addF32x4());
  f.range(vector, FROM, TO, () => {
    f.get(INPUT).get(vector).const(VECTOR).multiply().add().tee(pixel).loadV128().set(result);
    if (spec.pixels > 1) {
      f.times(left, spec.pixels - 1, () => {
        f.increase(pixel, spec.inStep).get(result).get(pixel).loadV128();
        join().set(result);
      });
    }
    f.get(OUTPUT).get(vector).const(VECTOR).multiply().add().get(result);
    if (spec.kind === 'average') f.constF32x4(spec.pixels).divideF32x4();
    if (spec.relu) relu(f);
    f.storeV128();
  });
  return f;
}
