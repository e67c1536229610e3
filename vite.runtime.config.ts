// shuffleport/runtime as one file: what a page without a bundler loads from beside its weights. It takes the place of
// what tsc made of src/runtime.ts. test/package.test.ts holds it to its budget.
import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: true,
    modulePreload: false,
    rollupOptions: {
      input: { runtime: 'src/runtime.ts' },
      preserveEntrySignatures: 'strict',
      output: {
        entryFileNames: '[name].js',
        codeSplitting: false,
        // An error's name is its class's.
        minify: { compress: true, codegen: true, mangle: { keepNames: { class: true, function: false } } },
      },
    },
  },
});
