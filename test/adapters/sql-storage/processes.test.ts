/**
 * The keeper on PostgreSQL: the model's sequences, and eight processes at once on the same purposes while the server ends their
 * connections. CERTWARD_SQL_OPERATIONS sets how many operations each does.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CertificateRecord, Storage } from '../../../src/inventory/index.js'
import { createCertificateManager } from '../../../src/manager/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { extent, runsOf, within } from '../../support/extent.js'
import { audits, recordsOf } from '../../support/manager.js'
import { holdAgainstModel } from '../../support/manager-model.js'
import { hasPostgres } from '../../support/postgres.js'
import { type Engine, newSchema, pgliteEngine, postgresEngine, wrapping } from './engines.js'

const PROCESSES = 8
const OPERATIONS = extent('CERTWARD_SQL_OPERATIONS', { all: 25, some: 12 })

it(
  'UPL-8, CSR-6, DEL-3: any sequence of operations on PGlite agrees with the model that the memory agrees with',
  async () => {
    const engine = await pgliteEngine('memory')
    await holdAgainstModel(async () => (await engine.open()).storage, { numRuns: runsOf(5), maxCommands: 25 })
    await engine.close()
  },
  within(120_000),
)

describe.runIf(hasPostgres('the keeper on PostgreSQL'))('on PostgreSQL', () => {
  let engine: Engine & { readonly server: { readonly directory: string } }
  const work = mkdtempSync(join(tmpdir(), 'certward-keepers-'))
  const program = join(work, 'keeper.mjs')
  const children: ChildProcess[] = []
  beforeAll(async () => {
    engine = await postgresEngine()
    buildSync({
      entryPoints: [fileURLToPath(new URL('keeper-worker.ts', import.meta.url))],
      outfile: program,
      ...{ bundle: true, format: 'esm', platform: 'node' },
      alias: { '#crypto': fileURLToPath(new URL('../../../src/crypto/node.ts', import.meta.url)) },
      // CommonJS among what is bundled asks for modules of Node.
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
    })
  }, 60_000)
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await engine.close()
    rmSync(work, { recursive: true, force: true })
  })

  it('UPL-8, CSR-6, DEL-3: eight sequences of operations at once agree with the model', async () => {
    const sequence = (): Promise<void> =>
      holdAgainstModel(async () => (await engine.open()).storage, { numRuns: 2, maxCommands: 20 })
    await Promise.all(Array.from({ length: PROCESSES }, sequence))
  }, 120_000)

  it(`${PROCESSES} processes on the same purposes lose nothing acknowledged and keep every rule`, async () => {
    const schema = newSchema()
    const store = await engine.open({ schema, keyWrapping: { ...wrapping, current: 'first' } })
    const names = Array.from({ length: PROCESSES }, (_, at) => `keeper-${at}`)
    const keepers = names.map((name) => startKeeper(name, schema))
    await Promise.all(keepers.map(({ ready }) => ready))
    const state = { isDone: false }
    const disturbing = (async () => {
      while (!state.isDone) {
        await sleep(50)
        await engine.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend' and random() < 0.1`,
        )
      }
    })()
    // Two are killed at whatever they are doing.
    const killed = keepers.slice(0, 2)
    for (const { child, lines } of killed) {
      while (lines.length < OPERATIONS / 3 && child.exitCode === null) await sleep(10)
      child.kill('SIGKILL')
    }
    await Promise.all(keepers.map(({ ended }) => ended))
    state.isDone = true
    await disturbing

    for (const { child } of keepers.slice(2)) expect(child.exitCode).toBe(0)
    await checkAudit(store.storage, keepers)
    await checkCertificates(store.storage)
    const cluster = { publisher: 'pub', nodes: ['pub', 'sub1'] }
    const { storage, keys } = store
    const manager = createCertificateManager({ catalogue: unifiedCommunications, cluster, storage, keys })
    await manager.sweepKeys()
    const records = [...(await recordsOf(storage, 'request')), ...(await recordsOf(storage, 'identity'))]
    const used = records.map((record) => ('keyHandle' in record ? record.keyHandle : undefined))
    expect([...(await keys.handles())].sort()).toStrictEqual(used.sort())
  }, 300_000)

  function startKeeper(name: string, schema: string) {
    const args = [program, engine.server.directory, schema, name, String(OPERATIONS)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const lines: { readonly operation: string; readonly codes: readonly string[] }[] = []
    let text = ''
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      const whole = text.split('\n')
      text = whole.pop() ?? ''
      for (const line of whole) if (line !== 'ready') lines.push(JSON.parse(line))
    })
    return { name, child, lines, ready: Promise.race([ready, ended]), ended }
  }
})

interface Keeper {
  readonly name: string
  readonly lines: readonly { readonly operation: string; readonly codes: readonly string[] }[]
}

/** What was acknowledged stands in the audit; what stands there once more was done by one that was killed. */
async function checkAudit(storage: Storage, keepers: readonly Keeper[]): Promise<void> {
  const done = (await audits(storage)).filter(({ outcome }) => outcome === 'done')
  for (const { name, lines } of keepers) {
    // A step of its own uploads the root before it certifies, and is not written down.
    const acknowledged = lines.filter(({ codes, operation }) => codes[0] === 'done' && operation !== 'certify').length
    const found = done.filter(({ actor }) => actor === name).length
    expect(found).toBeGreaterThanOrEqual(acknowledged)
  }
  const codes = keepers.flatMap(({ lines }) => lines.flatMap((line) => line.codes))
  expect(codes.filter((code) => code === 'done').length).toBeGreaterThan(codes.length / 4)
  expect([...new Set(codes)].filter((code) => !expectedCodes.includes(code))).toStrictEqual([])
}

/** What may come of an operation where others have been there in between. */
const expectedCodes: readonly string[] = [
  ...(['done', 'conflict', 'not-found', 'key-mismatch', 'issuer-missing', 'confirmation-required'] as const),
  ...(['system-generated', 'older-certificate'] as const),
]

/** Every identity's key is its certificate's, and its chain ends with a root its trust purpose holds. */
async function checkCertificates(storage: Storage): Promise<void> {
  const trust = (await recordsOf(storage, 'trust')) as readonly CertificateRecord[]
  const identities = (await recordsOf(storage, 'identity')) as readonly CertificateRecord[]
  expect(identities.length).toBeGreaterThan(0)
  const places = new Set<string>()
  for (const { node, purpose, der } of identities) {
    expect(places.has(`${node} ${purpose}`)).toBe(false)
    places.add(`${node} ${purpose}`)
    const certificate = new X509Certificate(der)
    const trusted = trust
      .filter((one) => one.node === node && one.purpose === purpose.replace('-ECDSA', '-trust'))
      .map((one) => new X509Certificate(one.der))
    const isSelfSigned = certificate.subject === certificate.issuer
    const issuers = trusted.filter((one) =>
      isSelfSigned
        ? one.fingerprint256 === certificate.fingerprint256
        : certificate.checkIssued(one) && certificate.verify(one.publicKey),
    )
    expect(issuers.length, `${certificate.subject} on ${node} by ${certificate.issuer}`).toBeGreaterThan(0)
  }
  const pending = await recordsOf(storage, 'request')
  expect(new Set(pending.map(({ node, purpose }) => `${node} ${purpose}`)).size).toBe(pending.length)
}
