// What jpeg.ts uses of jpeg-js: its decoder alone. The package's own types speak of Node's Buffer, which browser-safe
// code does not know.
declare module 'jpeg-js/lib/decoder.js' {
  interface DecodeOptions {
    useTArray: true;
    formatAsRGBA: boolean;
    tolerantDecoding: boolean;
    maxMemoryUsageInMB: number;
  }
  function decode(bytes: Uint8Array, options: DecodeOptions): { width: number; height: number; data: Uint8Array };
  export default decode;
}
