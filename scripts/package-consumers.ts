/** An empty project that installs the tarball and uses every entry point the way each kind of user does. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { buildSync } from 'esbuild'
import { manifest, publicSubpaths } from './package-entries.js'

interface Tools {
  readonly run: (directory: string, command: string, ...args: readonly string[]) => string
  readonly step: (title: string, work: () => string | undefined) => void
  readonly tool: (name: string) => string
}

/** Real calls on the namespace `api`, valid in JavaScript and in strict TypeScript; `pem` is a root certificate. */
const calls: Readonly<Record<string, string>> = {
  './crypto': `const { length } = await api.digest('sha-256', new Uint8Array(3))
  if (length !== 32) throw new Error('digest returned ' + length + ' bytes')`,
  './email': `const missing = await api
    .emailNotifier({ smtp: { host: '127.0.0.1' }, from: 'a@example.com', to: 'b@example.com' })
    .send({ at: 0, key: '', addresses: [], notices: [{ type: 'revocation', status: 'revoked', key: '', message: '', kind: 'trust',
      node: '', purpose: '', subject: '', issuer: '', serialNumber: '', sha256: '', notAfter: 0, description: '' }] })
    .catch(String)
  if (!String(missing).includes('npm install nodemailer')) throw new Error('without its peer: ' + String(missing))`,
  './file-storage': `const refused = await api.openFileStore('', { keysUnencrypted: 'accept' }).catch(String)
  if (!String(refused).includes('TypeError')) throw new Error('openFileStore took the empty path')`,
  './inventory': `const storage = api.createMemoryStorage()
  for (const { run } of api.storageContract(() => Promise.resolve(storage)).slice(0, 1)) await run()`,
  './monitor': `const { next } = await api
    .createCertificateMonitor({ storage: entry_inventory.createMemoryStorage(), catalogue: entry_purposes.unifiedCommunications,
      notifiers: [], sleep: (milliseconds, signal) => Promise.resolve() })
    .tick()
  if (next.getTime() < 0) throw new Error('an idle tick said ' + next.toISOString())`,
  './reading': `const { length } = api.readCertificates(pem).certificates
  if (length !== 1) throw new Error('readCertificates found ' + length + ' certificates')`,
  './sql-storage': `const never = () => Promise.reject(new Error('unreachable'))
  const dialect = api.pgliteDialect({ query: never, transaction: never, listen: never, close: never })
  const unnamed = await api.openSqlStore({ dialect, schema: '' }).catch(String)
  if (!String(unnamed).includes('TypeError')) throw new Error('openSqlStore took a schema without a name')`,
  './testkit': `const ca = await api.createTestCa()
  const { certificate } = await ca.issue({ dns: ['a.example'] })
  if (!certificate.issuer.equals(ca.certificate.subject)) throw new Error('issued by ' + certificate.issuer.toString())`,
}

const names = publicSubpaths.map((subpath) => ({
  subpath,
  specifier: manifest.name + subpath.slice(1),
  variable: `entry${subpath.replace(/\W+/g, '_')}`,
}))

/** Peers an entry point imports as soon as it is imported. */
const peers = ['kysely'].map((name) => `${name}@${manifest.peerDependencies[name] ?? ''}`)

/** Entry points that use Node itself, and so stand in no bundle for browsers. */
const nodeOnly: readonly string[] = ['./email', './file-storage', './sql-storage']
const everywhere = names.filter(({ subpath }) => !nodeOnly.includes(subpath))

/** One program over entry points; `load` writes the import of one. */
function program(load: (variable: string, specifier: string) => string, used = names): string {
  const uses = used.map(
    ({ subpath, variable }) => `{
  const api = ${variable}
  if (Object.keys(api).length === 0) throw new Error('${subpath} exports nothing')
  ${calls[subpath] ?? ''}
}`,
  )
  return [
    ...used.map(({ variable, specifier }) => load(variable, specifier)),
    `const pem = ${JSON.stringify(rootCertificates[0])}`,
    'async function main() {',
    ...uses,
    '}',
    // An unhandled rejection ends the process with an error.
    'void main()',
  ].join('\n')
}

const asModule = (variable: string, specifier: string): string => `import * as ${variable} from '${specifier}'`
const asCommonJs = (variable: string, specifier: string): string => `const ${variable} = require('${specifier}')`
const asImportRequire = (variable: string, specifier: string): string => `import ${variable} = require('${specifier}')`

const compilerOptions = {
  target: 'ES2022',
  // Neither the DOM nor Node: the declarations must stand on the language alone.
  lib: ['ES2022'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
}

export function useFromEverywhere(directory: string, tarball: string, { run, step, tool }: Tools): void {
  const write = (file: string, content: string): void => {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), content)
  }
  const node = (file: string): void => {
    run(directory, process.execPath, file)
  }
  const compile = (folder: string, options: object): void => {
    write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: { ...compilerOptions, ...options } }))
    run(directory, tool('tsc'), '--project', folder)
  }
  const all = `${names.length} entry points`

  step('install into an empty project', () => {
    write('package.json', JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, type: 'module' }))
    run(directory, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...peers)
    return undefined
  })
  step('ESM', () => {
    write('use.mjs', program(asModule))
    node('use.mjs')
    return all
  })
  step('CJS', () => {
    write('use.cjs', program(asCommonJs))
    node('use.cjs')
    return all
  })
  // The built-in Error and Object are all the TypeScript programs use.
  step('TypeScript, moduleResolution bundler', () => {
    write('bundler/use.ts', program(asModule))
    compile('bundler', { module: 'ESNext', moduleResolution: 'bundler' })
    node('bundler/use.js')
    return all
  })
  for (const moduleResolution of ['node16', 'nodenext']) {
    step(`TypeScript, moduleResolution ${moduleResolution}`, () => {
      write(`${moduleResolution}/use.mts`, program(asModule))
      write(`${moduleResolution}/use.cts`, program(asImportRequire))
      compile(moduleResolution, { module: moduleResolution, moduleResolution })
      node(`${moduleResolution}/use.mjs`)
      node(`${moduleResolution}/use.cjs`)
      return `${all}, as ESM and as CJS`
    })
  }
  step('browser bundle', () => {
    // An import of Node cannot be resolved for a browser, so this fails when one gets through the conditions.
    write('everywhere.mjs', program(asModule, everywhere))
    const entryPoints = [join(directory, 'everywhere.mjs')]
    buildSync({ entryPoints, outfile: join(directory, 'bundle.mjs'), bundle: true, format: 'esm', platform: 'browser' })
    node('bundle.mjs')
    return `${everywhere.length} entry points`
  })
}
