/**
 * Runs the portable suite on the packed package in every runtime: `npm run test:runtimes`, or with the names of some
 * (`npm run test:runtimes -- deno bun`). `--record` writes the table of docs/runtimes.md anew.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { table, withGenerated } from '../../scripts/markdown.js'
import { build, pack, run } from '../../scripts/package-build.js'
import { conformanceData } from '../support/conformance-data.js'
import { leaveOut } from '../support/leave-out.js'
import { bundleProgram } from './bundle.js'
import { chromium } from './hosts/chromium.js'
import { commandLineHosts } from './hosts/command-line.js'
import type { Host, Material } from './hosts/host.js'
import { workerd } from './hosts/workerd.js'
import { write } from './transport.js'
import type { GroupResult } from './vector.js'
import { contractCases, makeVectors } from './vectors.js'

const hosts: readonly Host[] = [...commandLineHosts, workerd, chromium]
const here = fileURLToPath(new URL('.', import.meta.url))
const document = new URL('../../docs/runtimes.md', import.meta.url)

function installRuntimes(): void {
  const lock = join(here, 'package-lock.json')
  const done = join(here, 'node_modules', '.package-lock.json')
  if (existsSync(done) && statSync(done).mtimeMs > statSync(lock).mtimeMs) return
  console.log('installing the runtimes: about a gigabyte, once')
  run(here, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
}

function makeMaterial(work: string): Material {
  build()
  const tarball = pack(work)
  const directory = join(work, 'consumer')
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  run(directory, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball)
  const groups = makeVectors(conformanceData('the conformance suites in each runtime')).map(write)
  const diskGroups = [write({ group: 'files', cases: contractCases() })]
  return { directory, groups, diskGroups, bundle: (program, kind) => bundleProgram(directory, program, kind) }
}

interface Row {
  readonly host: string
  readonly version: string
  readonly results: readonly GroupResult[]
}

async function tryHost(host: Host, version: string, material: Material): Promise<Row> {
  const results = await host.run(material)
  const failures = results.flatMap(({ group, failures }) => failures.map((failure) => `${group}: ${failure}`))
  const total = results.reduce((sum, one) => sum + one.total - one.unsupported.length, 0)
  const seconds = (results.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1)
  console.log(`${host.name} ${version}: ${total - failures.length} of ${total} as they should be, in ${seconds} s`)
  for (const failure of failures) console.log(`  ${failure}`)
  for (const one of results.flatMap(({ unsupported }) => unsupported))
    console.log(`  not known here: ${firstLine(one)}`)
  const wantedGroups = material.groups.length + (host.hasDisk ? material.diskGroups.length : 0)
  if (results.length !== wantedGroups) throw new Error(`${host.name} judged ${results.length} groups`)
  return { host: host.name, version, results }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

function cell(result: GroupResult | undefined): string {
  if (result === undefined) return '–'
  const { total, unsupported } = result
  return unsupported.length === 0 ? `${total}` : `${total - unsupported.length} and ${unsupported.length} not known`
}

function record(rows: readonly Row[]): void {
  const groups = [...new Set(rows.flatMap(({ results }) => results.map(({ group }) => group)))]
  const cells = ({ host, version, results }: Row): string[] => [
    host,
    version,
    ...groups.map((name) => cell(results.find(({ group }) => group === name))),
  ]
  const content = table(['Runtime', 'Version', ...groups], rows.map(cells))
  writeFileSync(document, withGenerated(readFileSync(document, 'utf8'), 'test:runtimes -- --record', content))
}

const wanted = process.argv.slice(2).filter((one) => !one.startsWith('-'))
const chosen = hosts.filter(({ name }) => wanted.length === 0 || wanted.includes(name.toLowerCase()))
const unknown = wanted.filter((one) => hosts.every(({ name }) => name.toLowerCase() !== one))
if (unknown.length > 0) {
  const names = [...new Set(hosts.map(({ name }) => name.toLowerCase()))]
  console.error(`no runtime ${unknown.join(', ')}: expected some of ${names.join(', ')}, or none for all`)
  process.exit(2)
}

const work = mkdtempSync(join(tmpdir(), 'certward-runtimes-'))
try {
  installRuntimes()
  const material = makeMaterial(work)
  const rows: Row[] = []
  for (const host of chosen) {
    const version = host.version()
    if (version === undefined) leaveOut(host.name, 'it is not on this machine', host.remedy)
    else rows.push(await tryHost(host, version, material))
  }
  if (rows.some(({ results }) => results.some(({ failures }) => failures.length > 0))) process.exitCode = 1
  else if (process.argv.includes('--record')) record(rows)
} finally {
  rmSync(work, { recursive: true, force: true })
}
