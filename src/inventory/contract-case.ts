// What contracts are made of: cases with a name, expectations that say what was expected, and records to try.

import { compareBytes } from '../base/bytes.js'
import type { CertificateRecord, DueRecord, InventoryRecord, Scope, SettingRecord } from './records.js'
import type { ChangeSet, CommitResult, Storage } from './storage.js'

/** One rule of a contract. `run` rejects with an Error that says what was expected and what was found. */
export interface ContractCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** @throws Error unless both are the same, deeply */
export function expectSame(what: string, found: unknown, expected: unknown): void {
  if (isSame(found, expected)) return
  throw new Error(`${what}: expected ${text(expected)}, found ${text(found)}`)
}

/** @throws Error unless the promise rejects with an error of the name */
export async function expectRejection(what: string, name: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const found = error instanceof Error ? error.name : String(error)
    if (found === name) return
    throw new Error(`${what}: expected a rejection with ${name}, found one with ${found}`, { cause: error })
  }
  throw new Error(`${what}: expected a rejection with ${name}, found none`)
}

/** Plain data and bytes. A member that is undefined must be there, as records promise it. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && compareBytes(a, b) === 0
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return names.every((name) => right.has(name) && isSame(left.get(name), right.get(name)))
}

/** A value for people, cut where it is long. */
function text(value: unknown): string {
  const full = JSON.stringify(value, (_, member: unknown) =>
    member === undefined ? 'undefined' : member instanceof Uint8Array ? `${member.length} bytes` : member,
  )
  return full.length > 500 ? `${full.slice(0, 500)}…` : full
}

export const scopeOf = (purpose: string, node = 'pub'): Scope => ({ node, purpose })

/** A certificate of a name; what it says is consistent enough for a storage, which judges nothing. */
export function sampleCertificate(commonName: string, changes: Partial<CertificateRecord> = {}): CertificateRecord {
  return {
    kind: 'trust',
    id: commonName,
    ...scopeOf('tomcat-trust'),
    commonName,
    subject: `CN=${commonName}`,
    issuer: 'CN=Root',
    serialNumber: '01',
    notBefore: 1_700_000_000_000,
    notAfter: 1_800_000_000_000,
    keyType: 'EC P-256',
    der: Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05),
    type: 'ca-signed',
    origin: 'uploaded',
    description: '',
    installedAt: 1_750_000_000_000,
    sha256: 'aa',
    sha1: 'bb',
    keyHandle: undefined,
    mark: undefined,
    ...changes,
  }
}

export const sampleSetting = (
  id: string,
  value: SettingRecord['value'],
  scope = scopeOf('settings'),
): SettingRecord => ({
  kind: 'setting',
  id,
  ...scope,
  value,
})

export const sampleDue = (id: string, dueAt: number, changes: Partial<DueRecord> = {}): DueRecord => ({
  kind: 'due',
  id,
  ...scopeOf('monitor'),
  task: 'expiry',
  dueAt,
  data: null,
  ...changes,
})

/** One of every kind of record, all in one scope. */
export function sampleOfEveryKind(scope: Scope): readonly InventoryRecord[] {
  const { commonName, subject, issuer, serialNumber, notBefore, notAfter, keyType, der } = sampleCertificate('Every')
  const index = { commonName, subject, issuer, serialNumber, notBefore, notAfter, keyType }
  const certificate = (changes: Partial<CertificateRecord>) => sampleCertificate('Every', { ...scope, ...changes })
  return [
    certificate({ kind: 'identity', id: 'current', keyHandle: 'a-key', origin: 'generated', type: 'self-signed' }),
    certificate({ kind: 'trust', id: 'cafe', mark: 'revoked', description: 'Überwurzel\n"quoted"' }),
    certificate({ kind: 'endpoint', id: 'SEP0011', origin: 'replicated', mark: 'expired' }),
    { kind: 'request', id: 'pending', ...scope, der, keyHandle: 'b-key', createdAt: 5, commonName },
    {
      ...{ kind: 'history', id: 'h', ...scope, ...index, der, usage: 'identity', description: 'old', installedAt: 1 },
      ...{ removedAt: 2, why: 'replaced', sha256: 'cc' },
    },
    { kind: 'backup-pending', id: 'backup', ...scope, since: 7 },
    {
      kind: 'due',
      id: 'd',
      ...scope,
      task: 'expiry',
      dueAt: 9,
      data: { levels: [1, 2.5, null], nested: { on: true } },
    },
    { kind: 'setting', id: 's', ...scope, value: JSON.parse('{"__proto__":{"a":1},"1":"ü\\ud800","":[]}') as null },
  ]
}

/** Commits puts and deletes on the revisions of now. @throws Error where somebody else was faster */
export async function commitNow(
  storage: Storage,
  { puts = [], deletes = [], appends = [] }: Partial<Omit<ChangeSet, 'relies'>>,
): Promise<void> {
  const { revisions } = await storage.read([...puts, ...deletes].map(({ node, purpose }) => ({ node, purpose })))
  expectSame('commit', await storage.commit({ relies: revisions, puts, deletes, appends }), { ok: true })
}

/** Reads, decides and commits until nobody else is faster. */
export async function commitUntilDone(
  storage: Storage,
  scope: Scope,
  decide: (records: readonly InventoryRecord[]) => Partial<Omit<ChangeSet, 'relies'>>,
): Promise<void> {
  let result: CommitResult
  do {
    const { records, revisions } = await storage.read([scope])
    result = await storage.commit({ relies: revisions, puts: [], deletes: [], appends: [], ...decide(records) })
  } while (!result.ok)
}

/** Records in the order of their ids, since `read` promises none. */
export const byId = <T extends InventoryRecord>(records: readonly T[]): readonly T[] =>
  [...records].sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1))
