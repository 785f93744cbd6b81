// What tests of the manager start from: a cluster of three nodes, storages in memory, a clock, and authorities to sign.

import type { Clock } from '../../src/base/clock.js'
import {
  type AuditRecord,
  type CertificateRecord,
  createMemoryStorage,
  type InventoryRecord,
  type KeyStore,
  type RecordKind,
  type Scope,
  type Storage,
} from '../../src/inventory/index.js'
import {
  type CertificateManager,
  createCertificateManager,
  type CsrInput,
  type ManagerOptions,
  type Outcome,
  type Refusal,
} from '../../src/manager/index.js'
import { readPem } from '../../src/pem/index.js'
import { parseCertificationRequest } from '../../src/pkcs10/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import {
  type AnswerOptions,
  createTestCa,
  type IssuedCertificate,
  type TestCa,
  type TestCaOptions,
  testKey,
} from '../../src/testkit/index.js'
import { recycledKeyStore } from './recycled-keys.js'

export const DAY = 86_400_000

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  private time = Date.parse('2026-06-01T00:00:00Z')

  now(): Date {
    return new Date(this.time)
  }

  advance(milliseconds: number): void {
    this.time += milliseconds
  }
}

export interface Setting {
  readonly manager: CertificateManager
  readonly storage: Storage
  readonly keys: KeyStore
  readonly clock: TestClock
}

export const cluster = { publisher: 'pub', nodes: ['pub', 'sub1', 'sub2'] }

export function setUp(options: Partial<ManagerOptions> = {}): Setting {
  const clock = new TestClock()
  const { storage = createMemoryStorage(), keys = recycledKeyStore() } = options
  const manager = createCertificateManager({
    ...{ catalogue: unifiedCommunications, cluster, clock, storage, keys },
    ...options,
  })
  return { manager, storage, keys, clock }
}

/** A root whose certificates RSA purposes take. RSA takes long to make, so that roots of one name share their key; others do not. */
export const rootOf = async ({ clock }: Pick<Setting, 'clock'>, options: TestCaOptions = {}): Promise<TestCa> => {
  const { name = 'Root', keyType } = options
  const shared = keyType === undefined ? { key: await testKey('rsa-2048', `root ${JSON.stringify(name)}`) } : {}
  return createTestCa({ clock, name, ...shared, ...options })
}

/** The outcome. @throws Error where it is a refusal */
export function done<T extends Outcome>(result: T | Refusal): T {
  if (result.ok) return result
  throw new Error(result.findings.map(({ code, message }) => `${code}: ${message}`).join('\n'))
}

/** Codes of a refusal's findings; `done` for an outcome. */
export const codesOf = (result: Outcome | Refusal): readonly string[] =>
  result.ok ? ['done'] : result.findings.map(({ code }) => code)

export const messagesOf = (result: Outcome | Refusal): string =>
  result.ok ? 'done' : result.findings.map(({ message }) => message).join('\n')

export const hostOf = (node: string): string => `${node}.example.com`

/** Has a request made and signed by the authority, and returns the certificate. */
export async function certify(
  { manager }: Pick<Setting, 'manager'>,
  ca: TestCa,
  input: Scope & Partial<CsrInput>,
  options: Omit<AnswerOptions, 'request'> = {},
): Promise<IssuedCertificate> {
  const { pem } = done(await manager.generateCsr({ subject: { commonName: hostOf(input.node) }, ...input }))
  return answer(pem, ca, options)
}

/** The authority's answer to a request. */
export function answer(
  pem: string,
  ca: TestCa,
  options: Omit<AnswerOptions, 'request'> = {},
): Promise<IssuedCertificate> {
  const [block] = readPem(pem)
  if (block === undefined) throw new Error('no request')
  return ca.issue({ request: parseCertificationRequest(block.bytes), ...options })
}

export async function recordsOf(storage: Storage, kind: RecordKind): Promise<readonly InventoryRecord[]> {
  const records: InventoryRecord[] = []
  let cursor: string | undefined
  do {
    const page = await storage.list(kind, cursor === undefined ? {} : { cursor })
    records.push(...page.records)
    cursor = page.next
  } while (cursor !== undefined)
  return records
}

export const audits = async (storage: Storage): Promise<readonly AuditRecord[]> =>
  (await recordsOf(storage, 'audit')).filter((record) => record.kind === 'audit')

/** Installed certificates of a scope. */
export async function installedIn(storage: Storage, scope: Scope): Promise<readonly CertificateRecord[]> {
  const { records } = await storage.read([scope])
  return records.filter((record) => 'type' in record)
}

export const subjectsIn = async (storage: Storage, scope: Scope): Promise<readonly string[]> =>
  (await installedIn(storage, scope)).map(({ subject }) => subject).sort()

/** Everything there is, but for the audit: what a refused call must leave as it was. */
export async function everything(storage: Storage, nodes: readonly string[] = cluster.nodes): Promise<unknown> {
  const scopes = nodes.flatMap((node) => unifiedCommunications.purposes.map(({ id }) => ({ node, purpose: id })))
  return storage.read(scopes)
}
