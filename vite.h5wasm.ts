// h5wasm holds its library as text in a script of 4 MB: reading, decoding and compiling that takes longer than the
// library itself. In the bundle the library is a file of its own beside the script, byte for byte the same, with its
// licence. test/package.test.ts holds it to the package.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import type { Plugin } from 'vite';

const PACKAGE = new URL('./node_modules/h5wasm/', import.meta.url);
const SCRIPT = '/h5wasm/dist/esm/hdf5_util.js';
/** What Emscripten makes of a library that is to be part of a script (`SINGLE_FILE`): a string, a character a byte. */
const LIBRARY = /\bbinaryDecode\(('(?:[^'\\]|\\.)*')\)/s;

/** The plugin. */
export function libraryApart(): Plugin {
  return {
    name: 'h5wasm-library-apart',
    transform(code, id) {
      if (!id.endsWith(SCRIPT)) return undefined;
      const [call, text] = LIBRARY.exec(code) ?? this.error('h5wasm does not hold its library the way it did');
      this.emitFile({ type: 'asset', fileName: 'h5wasm.wasm', source: Buffer.from(runInNewContext(text!), 'latin1') });
      const licence = readFileSync(new URL('LICENSE.txt', PACKAGE), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'h5wasm.LICENSE.txt', source: licence });
      const reading = "readLibrary(new URL('./h5wasm.wasm', import.meta.url))";
      return {
        code: `import { readFileSync as readLibrary } from 'node:fs';\n${code.replace(call, () => reading)}`,
        map: null,
      };
    },
  };
}
