// The public face, safe for browsers: everything but files and workers. Node's part is in node.ts.
import ndarray, { type NdArray } from 'ndarray';
import type { Tensor, TensorData } from './core/tensor.js';

/**
 * The tensor as an `ndarray`, over the same memory. The other way needs nothing: an `NdArray` is a `Tensor` already, so
 * every function here takes one.
 */
export function toNdarray<D extends TensorData>(t: Tensor<D>): NdArray<D> {
  return ndarray(t.data, [...t.shape], [...t.stride], t.offset);
}

export type { Checkpoint, CheckpointLayer, CheckpointWeight, Container } from './checkpoint/checkpoint.js';
export { openCheckpoint } from './checkpoint/open.js';
export { bytesSource, type Source } from './checkpoint/source.js';
export {
  type ErrorKind,
  type Explanation,
  isShuffleportError,
  ShuffleportError,
  UndecidedError,
  UsageError,
} from './core/errors.js';
export { type Tensor, type TensorData, tensor } from './core/tensor.js';
export type { Note, WeightRole } from './core/weights.js';
export { type EvaluatorOptions, evaluator } from './evaluator/evaluator.js';
export { exportModel, verifyExport } from './export/export.js';
export { type ExportedModel, readExported } from './export/exported.js';
export { EXPORT_FORMATS, type ExportFile, type ExportFormat } from './export/files.js';
export type { ExportOptions, InputLayout } from './export/options.js';
export { type NpzEntry, readNpz } from './formats/npz.js';
export { type DecodedImage, decodeImage } from './image/decode.js';
export { preprocess, RECIPES, type Recipe } from './image/recipes.js';
export { resizeBilinear, resizeNearest } from './image/resize.js';
export type { OpenPeers, Peer, Peers } from './jobs/bench/peers.js';
export { type BenchOptions, bench } from './jobs/bench.js';
export { certify, sha256 } from './jobs/certificate.js';
export { compareCertificates, stillHolds } from './jobs/compare-certificates.js';
export { type Conversion, type ConvertOptions, convert } from './jobs/convert.js';
export { diff } from './jobs/diff.js';
export { type InspectOptions, inspect } from './jobs/inspect.js';
export { type MakeReferenceOptions, makeReference, type ReferenceScript } from './jobs/make-reference.js';
export { type LoadingOptions, loadModel } from './jobs/model.js';
export type { NetworkOptions } from './jobs/network-options.js';
export { type PredictOptions, predict } from './jobs/predict.js';
export { readCertificate } from './jobs/read-certificate.js';
export { type Repro, verifyWithRepro } from './jobs/repro.js';
export { selfTestFile } from './jobs/self-test.js';
export { selfCheckFile } from './jobs/selfcheck.js';
export { type VerifyOptions, verify } from './jobs/verify.js';
export { layerMacs, layerParameters, networkMacs, networkParameters } from './network/cost.js';
export type { Executor } from './network/executor.js';
export { type GroupConvolution, groupConvolutions } from './network/groups.js';
export type { Layer, LayerOf, Network, Op, Shape } from './network/layer.js';
export type { LayerWeights, LoadReport, Model } from './network/model.js';
export {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  globalPooling2d,
  input,
  maxPooling2d,
  networkOf,
  type SymbolicTensor,
} from './network/symbolic.js';
export type { LayerErrors } from './parity/check-layer.js';
export { type Fixture, readFixture } from './parity/fixture.js';
export type { Cause, Failure } from './parity/judge.js';
export { checkParity, type LayerVerdict, type Parity, type ParityOptions } from './parity/verify.js';
export { renderReport } from './report/render-report.js';
export type { ReportFormat } from './report/report-format.js';
export type { BenchResult } from './results/bench.js';
export type { CertifiedResult, ReportedResult } from './results/certificate.js';
export type { ConvertResult } from './results/convert.js';
export type { Difference, DiffResult } from './results/diff.js';
export type { InspectResult } from './results/inspect.js';
export type { PredictResult } from './results/predict.js';
export type { SelfTestResult } from './results/self-test.js';
export type { SelfCheckResult } from './results/selfcheck.js';
export type { VerifyResult } from './results/verify.js';
export { type BlockOptions, block } from './shufflenet/block.js';
export { buildNetwork } from './shufflenet/build.js';
export { channelShuffle } from './shufflenet/channel-shuffle.js';
export { type GroupConvOptions, groupConv } from './shufflenet/group-conv.js';
export { type Inference, type InferredSettings, inferSettings } from './shufflenet/infer.js';
export type { KernelOrder } from './shufflenet/kernel-order.js';
export { bindWeights, type LoadOptions, type ShuffleNetModel } from './shufflenet/load.js';
export { LoadError } from './shufflenet/load-errors.js';
export { modelName } from './shufflenet/model-name.js';
export { NAMING_SCHEMES, type NamingScheme } from './shufflenet/names.js';
export { DEFAULT_SETTINGS, type Pooling, type ShuffleNetSettings, type Slices } from './shufflenet/settings.js';
export { type ShuffleUnitOptions, shuffleUnit } from './shufflenet/shuffle-unit.js';
export { type ShuffleNetArguments, shuffleNet } from './shufflenet/shufflenet.js';
