/** The layer rules bite: a project that breaks each of them once is reported once for each, and src is clean. */

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const checker = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

interface Report {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
    readonly totalCruised: number
  }
}

function cruise(directory: string): Report['summary'] {
  const args = [checker, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'src']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as Report).summary
}

/** Sources that keep the rules, and sources that break one: each with the violations expected of it; a cycle counts once. */
const fixture: readonly { readonly file: string; readonly source: string; readonly breaks?: readonly string[] }[] = [
  { file: 'src/base/bytes.ts', source: 'export const bytes = 1\nexport interface Bytes { readonly size: number }\n' },
  { file: 'src/der/reader.ts', source: "export { bytes as reader } from '../base/bytes.js'\n" },
  { file: 'src/x509/name.ts', source: "import { reader } from '../der/reader.js'\nexport const name = reader\n" },
  { file: 'src/x509/index.ts', source: "export { name } from './name.js'\n" },
  { file: 'src/crypto/node.ts', source: "import { hash } from 'node:crypto'\nexport const provider = hash\n" },
  { file: 'src/crypto/web.ts', source: 'export const provider = 1\n' },
  { file: 'src/crypto/index.ts', source: "export { provider } from '#crypto'\n" },
  {
    file: 'src/adapters/file-storage/index.ts',
    source: "import { open } from 'node:fs'\nexport const storage = open\n",
  },
  { file: 'src/path/dependency.ts', source: "import { shipped } from 'shipped'\nexport const path = shipped\n" },
  { file: 'src/index.ts', source: "export { name } from './x509/index.js'\n" },

  {
    file: 'src/base/upward.ts',
    source: "import { name } from '../x509/name.js'\nexport const upward = name\n",
    breaks: ['layer-base'],
  },
  {
    file: 'src/pem/upward-type.ts',
    source: "import type { name } from '../x509/name.js'\nexport type Upward = typeof name\n",
    breaks: ['layer-pem'],
  },
  {
    file: 'src/pkcs7/sideways.ts',
    source: "import { request } from '../pkcs10/request.js'\nexport const sideways = request\n",
    breaks: ['layer-pkcs7'],
  },
  { file: 'src/pkcs10/request.ts', source: 'export const request = 1\n' },
  {
    file: 'src/reading/root.ts',
    source: "import { name } from '../index.js'\nexport const root = name\n",
    breaks: ['layer-reading'],
  },
  {
    file: 'src/path/revocation.ts',
    source: "import { status } from '../revocation/status.js'\nexport const revocation = status\n",
    breaks: ['layer-path'],
  },
  { file: 'src/revocation/status.ts', source: 'export const status = 1\n' },
  {
    file: 'src/index-of-strays.ts',
    source: "import { stray } from './stray/stray.js'\nexport const strays = stray\n",
    breaks: ['known-folders'],
  },
  { file: 'src/stray/stray.ts', source: 'export const stray = 1\n' },
  {
    file: 'src/ocsp/one.ts',
    source: "import { two } from './two.js'\nexport const one: unknown = two\n",
    breaks: ['no-cycles'],
  },
  {
    file: 'src/ocsp/two.ts',
    source: "import { one } from './one.js'\nexport const two: unknown = one\n",
  },
  {
    file: 'src/x509/prefixed.ts',
    source: "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
    breaks: ['no-node'],
  },
  {
    file: 'src/x509/bare.ts',
    source: "import { readFileSync } from 'fs'\nexport const read = readFileSync\n",
    breaks: ['no-node'],
  },
  { file: 'src/pem/index.ts', source: "export { reader } from '../der/reader.js'\n", breaks: ['der-is-internal'] },
  {
    file: 'src/path/development.ts',
    source: "import { helper } from 'development-only'\nexport const development = helper\n",
    breaks: ['no-development-dependency'],
  },
  {
    file: 'src/path/undeclared.ts',
    source: "import { helper } from 'undeclared'\nexport const undeclared = helper\n",
    breaks: ['no-development-dependency'],
  },
  {
    file: 'src/path/missing.ts',
    source: "import { nothing } from './nothing.js'\nexport const missing = nothing\n",
    breaks: ['resolvable'],
  },
  {
    file: 'src/path/tested.ts',
    source: "import { support } from '../../test/support.js'\nexport const tested = support\n",
    breaks: ['no-source-outside'],
  },
  { file: 'test/support.ts', source: 'export const support = 1\n' },
]

describe('the layer rules', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'certward-layers-'))
    for (const { file, source } of fixture) write(file, source)
    for (const name of ['shipped', 'development-only', 'undeclared']) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
      write(`node_modules/${name}/index.js`, 'module.exports = { shipped: 1, helper: 1 }\n')
    }
    const dependencies = { dependencies: { shipped: '1' }, devDependencies: { 'development-only': '1' } }
    write('package.json', JSON.stringify({ name: 'fixture', type: 'module', ...dependencies }))
    copyFileSync(join(root, 'tsconfig.json'), join(directory, 'tsconfig.json'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  it('report each violation, and nothing else', () => {
    const reported = cruise(directory).violations.map(({ from, rule }) => `${from} ${rule.name}`)
    const expected = fixture.flatMap(({ file, breaks = [] }) => breaks.map((rule) => `${file} ${rule}`))
    expect(reported.sort()).toStrictEqual(expected.sort())
  })

  it('find nothing in src', () => {
    const { violations, totalCruised } = cruise(root)
    expect(violations).toStrictEqual([])
    expect(totalCruised).toBeGreaterThan(0)
  })

  function write(file: string, content: string): void {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), content)
  }
})
