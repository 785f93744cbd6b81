/** API documentation of every public entry point, written to docs/api. */

import { readFileSync } from 'node:fs'

const { exports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))

export default {
  entryPoints: Object.values(exports)
    .map((conditions) => conditions.import?.default)
    .filter((target) => target !== undefined)
    .map((target) => target.replace(/^\.\/dist\/(.+)\.js$/, './src/$1.ts')),
  out: 'docs/api',
  tsconfig: 'tsconfig.json',
  readme: 'README.md',
  excludeInternal: true,
  excludePrivate: true,
  validation: { invalidLink: true, notExported: false, notDocumented: false },
}
