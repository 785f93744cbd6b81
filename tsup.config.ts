/** The build: every entry of package.json as ESM and CJS, with types for both. */

import { defineConfig } from 'tsup'
import { nameSourcesByTheirPlace } from './scripts/source-maps.js'
import { buildEntries } from './scripts/package-entries.js'

export default defineConfig({
  entry: { ...buildEntries },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // Left to the importing runtime, whose conditions choose between dist/crypto/node and dist/crypto/web.
  external: ['#crypto', /^node:/],
  dts: true,
  sourcemap: true,
  splitting: true,
  // Deno asks for the prefix, and tsup takes it off by default.
  removeNodeProtocol: false,
  clean: true,
  silent: true,
  onSuccess: () => {
    nameSourcesByTheirPlace('dist')
    return Promise.resolve()
  },
})
