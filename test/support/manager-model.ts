// The manager beside a model of it: sets of names and keys, no certificates. Whatever is done in whatever order, both must
// say the same and hold the same. Runs on any storage.

import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import { createMemoryKeyStore, type KeyStore, type Scope, scopeKey, type Storage } from '../../src/inventory/index.js'
import {
  type CertificateManager,
  createCertificateManager,
  type Outcome,
  type Refusal,
} from '../../src/manager/index.js'
import { unifiedCommunications } from '../../src/purposes/index.js'
import type { TestCa } from '../../src/testkit/index.js'
import { answer, codesOf, DAY, hostOf, installedIn, recordsOf, rootOf, TestClock } from './manager.js'

const nodes = ['pub', 'sub1'] as const
const cluster = { publisher: 'pub', nodes }
/** Each with its trust purpose, and whether peers are shown what is uploaded. Both replicate. */
const kinds = [
  { identity: 'tomcat-ECDSA', trust: 'tomcat-trust', isShown: true },
  { identity: 'CallManager-ECDSA', trust: 'CallManager-trust', isShown: false },
] as const
type Kind = (typeof kinds)[number]

/** Authorities: two certificates of A with one key, the second newer; I below A; B on its own. */
const authorityNames = ['A1', 'A2', 'I', 'B'] as const
type AuthorityName = (typeof authorityNames)[number]
type Subject = 'A' | 'I' | 'B'
const subjectOf = (name: AuthorityName): Subject => (name === 'A1' || name === 'A2' ? 'A' : name)
const needs: Readonly<Record<Subject, readonly Subject[]>> = { A: ['A'], I: ['I', 'A'], B: ['B'] }

interface Fixture {
  readonly clock: TestClock
  readonly authorities: Readonly<Record<AuthorityName, TestCa>>
  readonly prints: ReadonlyMap<string, AuthorityName>
}

async function makeFixture(): Promise<Fixture> {
  const clock = new TestClock()
  const day = (n: number): Date => new Date(clock.now().getTime() - n * DAY)
  const a1 = await rootOf({ clock }, { name: 'A', keyType: 'p256', notBefore: day(9) })
  const a2 = await rootOf({ clock }, { name: 'A', key: a1.key, notBefore: day(8) })
  const i = await a1.issueIntermediate({ name: 'I' })
  const b = await rootOf({ clock }, { name: 'B', keyType: 'p256' })
  const authorities = { A1: a1, A2: a2, I: i, B: b }
  const prints = new Map<string, AuthorityName>()
  for (const name of authorityNames) prints.set(await authorities[name].certificate.fingerprint(), name)
  return { clock, authorities, prints }
}

/** What one node has for one kind. Keys are numbers, of requests in the order they were made. */
interface ModelStore {
  readonly trusted: Map<Subject, AuthorityName>
  request: number | undefined
  identity: { readonly key: number | 'own'; readonly issuer: Subject | 'self'; readonly print: string } | undefined
  isBackupPending: boolean
}

interface Model {
  readonly stores: ReadonlyMap<string, ModelStore>
}

interface Real extends Fixture {
  readonly manager: CertificateManager
  readonly storage: Storage
  readonly keys: KeyStore
  /** PEM of every request made, by number. */
  readonly requests: string[]
}

const placeOf = (node: string, { identity }: Kind): string => scopeKey({ node, purpose: identity })

function storeOf({ stores }: Model, node: string, kind: Kind): ModelStore {
  const store = stores.get(placeOf(node, kind))
  if (store === undefined) throw new Error('no such store')
  return store
}

const holds = ({ identity }: ModelStore, trusted: ReadonlySet<Subject>): boolean =>
  identity === undefined || identity.issuer === 'self' || needs[identity.issuer].every((one) => trusted.has(one))

abstract class Step implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly node: (typeof nodes)[number],
    readonly kind: Kind,
  ) {}

  check(_model: Model): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.act(storeOf(model, this.node, this.kind), real, model)
    await compare(model, real)
  }

  toString(): string {
    const { node, kind, ...rest } = this
    return `${this.constructor.name} ${kind.identity} on ${node} ${JSON.stringify(rest)}`
  }

  protected abstract act(store: ModelStore, real: Real, model: Model): Promise<void>

  protected get scope(): Scope {
    return { node: this.node, purpose: this.kind.identity }
  }

  protected get trust(): Scope {
    return { node: this.node, purpose: this.kind.trust }
  }
}

/** Does what was planned, and holds both against each other and against what the model says. */
async function planned<T extends Outcome>(
  plan: () => Promise<Outcome | Refusal>,
  act: () => Promise<T | Refusal>,
  codes: readonly string[],
): Promise<T | undefined> {
  const foreseen = await plan()
  const result = await act()
  expect([...new Set(codesOf(result))].sort()).toEqual(codes.length === 0 ? ['done'] : [...codes].sort())
  if (!result.ok) {
    expect(foreseen).toEqual(result)
    return undefined
  }
  expect(foreseen.ok).toBe(true)
  if (!foreseen.ok) return undefined
  const shown = foreseen.changes.map((change, index) =>
    change.after === undefined ? { ...change, after: result.changes[index]?.after } : change,
  )
  expect({ changes: shown, effects: foreseen.effects, notices: foreseen.notices }).toEqual({
    changes: result.changes,
    effects: result.effects,
    notices: result.notices,
  })
  return result
}

class GenerateCsr extends Step {
  protected async act(store: ModelStore, { manager, requests }: Real): Promise<void> {
    const input = {
      ...this.scope,
      subject: { commonName: hostOf(this.node) },
      key: { type: 'ec', curve: 'P-256' },
    } as const
    const outcome = await planned(
      () => manager.plan.generateCsr(input),
      () => manager.generateCsr(input),
      [],
    )
    store.request = requests.push(outcome?.pem ?? '') - 1
  }
}

class Generate extends Step {
  constructor(
    node: (typeof nodes)[number],
    kind: Kind,
    readonly how: 'regenerate' | 'generateSelfSigned',
  ) {
    super(node, kind)
  }

  protected async act(store: ModelStore, { manager, storage }: Real): Promise<void> {
    const codes = this.how === 'regenerate' && store.identity === undefined ? ['not-found'] : []
    await planned(
      () => manager.plan[this.how](this.scope),
      () => manager[this.how](this.scope),
      codes,
    )
    if (codes.length > 0) return
    const [record] = await installedIn(storage, this.scope)
    store.identity = { key: 'own', issuer: 'self', print: record?.sha256 ?? '' }
    store.isBackupPending = true
  }
}

class UploadTrust extends Step {
  constructor(
    node: (typeof nodes)[number],
    kind: Kind,
    readonly names: readonly AuthorityName[],
  ) {
    super(node, kind)
  }

  protected async act(store: ModelStore, { manager, authorities }: Real): Promise<void> {
    // Of one subject the newest counts.
    const wanted = new Map<Subject, AuthorityName>()
    for (const name of [...this.names].sort()) wanted.set(subjectOf(name), name)
    const known = new Set([...store.trusted.keys(), ...wanted.keys()])
    const codes: string[] = []
    if (wanted.has('I') && !store.trusted.has('I') && !known.has('A')) codes.push('issuer-missing')
    if (wanted.get('A') === 'A1' && store.trusted.get('A') === 'A2') codes.push('older-certificate')
    const input = { ...this.trust, file: this.names.map((name) => authorities[name].pem).join('') }
    await planned(
      () => manager.plan.upload(input),
      () => manager.upload(input),
      codes,
    )
    if (codes.length > 0) return
    for (const [subject, name] of wanted) store.trusted.set(subject, name)
  }
}

class UploadIdentity extends Step {
  constructor(
    node: (typeof nodes)[number],
    kind: Kind,
    readonly issuer: Exclude<AuthorityName, 'A2'>,
    readonly which: number,
    readonly hasChain: boolean,
    readonly place: 'identity' | 'trust',
  ) {
    super(node, kind)
  }

  protected async act(store: ModelStore, { manager, authorities, requests }: Real): Promise<void> {
    const number =
      this.which % 3 === 0 ? store.request : this.which % 3 === 1 ? keyOf(store) : this.which % requests.length
    const pem = number === undefined ? undefined : requests[number]
    if (number === undefined || pem === undefined) return
    const leaf = await answer(pem, authorities[this.issuer], { dns: [hostOf(this.node)] })
    const subject = subjectOf(this.issuer)
    const chain: readonly AuthorityName[] = this.hasChain ? (subject === 'I' ? ['I', 'A1'] : [this.issuer]) : []
    const file = [leaf, ...chain.map((name) => authorities[name])].map((one) => one.pem).join('')
    const place = this.place === 'identity' ? this.scope : this.trust
    const act = (): Promise<Outcome | Refusal> => manager.upload({ ...place, file })
    const plan = (): Promise<Outcome | Refusal> => manager.plan.upload({ ...place, file })
    if (this.place === 'trust') {
      await planned(plan, act, ['wrong-purpose'])
      return
    }
    const isRequest = number === store.request
    const codes: string[] = []
    if (!isRequest && number !== keyOf(store)) codes.push('key-mismatch')
    const known = new Set([...store.trusted.keys(), ...chain.map(subjectOf)])
    if (!needs[subject].every((one) => known.has(one))) codes.push('issuer-missing')
    await planned(plan, act, codes)
    if (codes.length > 0) return
    for (const name of chain) if (!store.trusted.has(subjectOf(name))) store.trusted.set(subjectOf(name), name)
    store.identity = { key: number, issuer: subject, print: await leaf.certificate.fingerprint() }
    if (isRequest) store.request = undefined
  }
}

const keyOf = ({ identity }: ModelStore): number | undefined =>
  typeof identity?.key === 'number' ? identity.key : undefined

class Delete extends Step {
  constructor(
    node: (typeof nodes)[number],
    kind: Kind,
    readonly name: AuthorityName,
    readonly isConfirmed: boolean,
  ) {
    super(node, kind)
  }

  protected async act(store: ModelStore, { manager, authorities }: Real, model: Model): Promise<void> {
    const subject = subjectOf(this.name)
    const sha256 = await authorities[this.name].certificate.fingerprint()
    const isThere = store.trusted.get(subject) === this.name
    const breaks = nodes.flatMap((node) => this.brokenOn(storeOf(model, node, this.kind)))
    const input = { ...this.trust, sha256 }
    const plan = await manager.plan.delete(input)
    expect(codesOf(plan)).toEqual(isThere ? ['done'] : ['not-found'])
    if (plan.ok) expect(plan.breaks).toHaveLength(breaks.length)
    const confirm = this.isConfirmed && plan.ok ? { confirm: plan.planId } : {}
    const needsConfirmation = isThere && breaks.length > 0 && !this.isConfirmed
    const result = await manager.delete({ ...input, ...confirm })
    expect(codesOf(result)).toEqual(needsConfirmation ? ['confirmation-required'] : codesOf(plan))
    if (result.ok && plan.ok) expect([result.changes, result.effects]).toEqual([plan.changes, plan.effects])
    if (result.ok) store.trusted.delete(subject)
  }

  private brokenOn(store: ModelStore): readonly string[] {
    const subject = subjectOf(this.name)
    if (store.trusted.get(subject) !== this.name) return []
    const before = new Set(store.trusted.keys())
    const after = new Set([...before].filter((one) => one !== subject))
    const identity = store.identity !== undefined && holds(store, before) && !holds(store, after) ? ['identity'] : []
    const intermediate = subject === 'A' && before.has('I') ? ['I'] : []
    return [...identity, ...intermediate]
  }
}

class DeleteOwn extends Step {
  protected async act(store: ModelStore, { manager }: Real): Promise<void> {
    if (store.identity === undefined) return
    const { print, issuer } = store.identity
    const isShown = issuer === 'self' || this.kind.isShown
    const inTrust = issuer === 'self' ? 'system-generated' : 'done'
    expect(codesOf(await manager.delete({ ...this.scope, sha256: print }))).toEqual(['identity-not-deletable'])
    const plan = await manager.plan.delete({ ...this.trust, sha256: print })
    expect(codesOf(plan)).toEqual([isShown ? inTrust : 'not-found'])
  }
}

class Housekeeping extends Step {
  protected async act(_store: ModelStore, { manager, keys }: Real, { stores }: Model): Promise<void> {
    const pending = [...stores].filter(([, store]) => store.isBackupPending).map(([key]) => key)
    expect((await manager.recordBackup()).map(scopeKey).sort()).toEqual(pending.sort())
    for (const store of stores.values()) store.isBackupPending = false
    const orphan = await keys.generate({ type: 'ec', curve: 'P-256' })
    expect(await manager.sweepKeys()).toBe(1)
    expect(await keys.handles()).not.toContain(orphan)
  }
}

/** The second node leaves the cluster, or the purpose the catalogue; and comes back with nothing. */
class Farewell extends Step {
  constructor(
    node: (typeof nodes)[number],
    kind: Kind,
    readonly leaver: 'node' | 'purpose',
  ) {
    super(node, kind)
  }

  protected async act(_store: ModelStore, { storage, keys, clock }: Real, model: Model): Promise<void> {
    const purposes = unifiedCommunications.purposes.filter(({ id }) => id !== this.kind.identity)
    const rest = { storage, keys, clock, catalogue: unifiedCommunications, cluster }
    if (this.leaver === 'node') {
      const manager = createCertificateManager({ ...rest, cluster: { ...cluster, nodes: ['pub'] } })
      const left = kinds.map((kind) => storeOf(model, 'sub1', kind))
      const isEmpty = left.every((store) => isVacant(store) && store.trusted.size === 0)
      await planned(
        () => manager.plan.removeNode({ node: 'sub1' }),
        () => manager.removeNode({ node: 'sub1' }),
        isEmpty ? ['not-found'] : [],
      )
      for (const store of left) {
        vacate(store)
        store.trusted.clear()
      }
      return
    }
    const manager = createCertificateManager({ ...rest, catalogue: { ...unifiedCommunications, purposes } })
    const input = { purpose: this.kind.identity }
    const left = nodes.map((node) => ({ node, store: storeOf(model, node, this.kind) }))
    await planned(
      () => manager.plan.removePurpose(input),
      () => manager.removePurpose(input),
      left.every(({ store }) => isVacant(store)) ? ['not-found'] : [],
    )
    for (const { node, store } of left) {
      // What showed it to the nodes shows nothing any more, and may be deleted.
      const isShown = store.identity !== undefined && (store.identity.issuer === 'self' || this.kind.isShown)
      const copy = { node, purpose: this.kind.trust, sha256: store.identity?.print ?? '' }
      expect(codesOf(await manager.delete(copy))).toEqual([isShown ? 'done' : 'not-found'])
      vacate(store)
    }
  }
}

const isVacant = ({ identity, request }: ModelStore): boolean => identity === undefined && request === undefined

function vacate(store: ModelStore): void {
  store.identity = undefined
  store.request = undefined
  store.isBackupPending = false
}

/** After every step: the same things in the same places, and no key lost or left over. */
async function compare(model: Model, { storage, keys, manager, prints }: Real): Promise<void> {
  const used: string[] = []
  for (const node of nodes) {
    for (const kind of kinds) {
      const store = storeOf(model, node, kind)
      const identities = await installedIn(storage, { node, purpose: kind.identity })
      expect(identities.map(({ sha256 }) => sha256)).toEqual(store.identity === undefined ? [] : [store.identity.print])
      const trusted = await installedIn(storage, { node, purpose: kind.trust })
      const shown = store.identity?.issuer === 'self' || kind.isShown ? (store.identity?.print ?? []) : []
      expect(trusted.map(({ sha256 }) => prints.get(sha256) ?? sha256).sort()).toEqual(
        [...store.trusted.values(), shown].flat().sort(),
      )
      const known = new Set(store.trusted.keys())
      // Held against Node's own idea of who issued what, wherever the model says that the chain holds.
      for (const { der } of identities) {
        const reaches = reachesRoot(
          der,
          trusted.map((one) => one.der),
        )
        expect(reaches).toBe(store.identity?.issuer === 'self' || holds(store, known))
      }
    }
  }
  for (const kind of ['identity', 'request'] as const) {
    for (const record of await recordsOf(storage, kind)) if ('keyHandle' in record) used.push(record.keyHandle ?? '')
  }
  const requests = [...model.stores.values()].filter(({ request }) => request !== undefined)
  expect(await recordsOf(storage, 'request')).toHaveLength(requests.length)
  expect([...(await keys.handles())].sort()).toEqual([...used].sort())
  const pending = [...model.stores].filter(([, store]) => store.isBackupPending).map(([key]) => key)
  expect((await manager.backupPending()).map(scopeKey).sort()).toEqual(pending.sort())
}

function reachesRoot(der: Uint8Array, trusted: readonly Uint8Array[]): boolean {
  const all = trusted.map((one) => new X509Certificate(one))
  const climb = (certificate: X509Certificate, depth: number): boolean => {
    if (certificate.subject === certificate.issuer)
      return all.some((one) => one.fingerprint256 === certificate.fingerprint256)
    const issuers = all.filter((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey))
    return depth < 4 && issuers.some((one) => climb(one, depth + 1))
  }
  return climb(new X509Certificate(der), 0)
}

const place = [fc.constantFrom(...nodes), fc.constantFrom(...kinds)] as const
const steps: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[] = [
  fc.tuple(...place).map(([node, kind]) => new GenerateCsr(node, kind)),
  fc
    .tuple(...place, fc.constantFrom('regenerate', 'generateSelfSigned'))
    .map(([node, kind, how]) => new Generate(node, kind, how)),
  fc
    .tuple(...place, fc.subarray([...authorityNames], { minLength: 1 }))
    .map(([node, kind, names]) => new UploadTrust(node, kind, names)),
  fc
    .tuple(
      ...place,
      fc.constantFrom('A1', 'I', 'B'),
      fc.nat(8),
      fc.boolean(),
      fc.constantFrom('identity', 'identity', 'trust'),
    )
    .map(([node, kind, issuer, which, chain, where]) => new UploadIdentity(node, kind, issuer, which, chain, where)),
  fc
    .tuple(...place, fc.constantFrom(...authorityNames), fc.boolean())
    .map(([node, kind, name, isConfirmed]) => new Delete(node, kind, name, isConfirmed)),
  fc.tuple(...place).map(([node, kind]) => new DeleteOwn(node, kind)),
  fc.tuple(...place).map(([node, kind]) => new Housekeeping(node, kind)),
  fc
    .tuple(...place, fc.constantFrom('node', 'purpose'))
    .map(([node, kind, leaver]) => new Farewell(node, kind, leaver)),
]

/** Runs random operations on a manager with a storage of `makeStorage`, and on the model. */
export async function holdAgainstModel(
  makeStorage: () => Storage | Promise<Storage>,
  options: { readonly numRuns: number; readonly maxCommands: number },
): Promise<void> {
  const fixture = await makeFixture()
  const commands = fc.commands(steps, { maxCommands: options.maxCommands, size: 'max' })
  await fc.assert(
    fc.asyncProperty(commands, (sequence) =>
      fc.asyncModelRun(async () => {
        const storage = await makeStorage()
        const keys = createMemoryKeyStore()
        const { clock } = fixture
        const manager = createCertificateManager({ catalogue: unifiedCommunications, cluster, clock, storage, keys })
        const places = nodes.flatMap((node) => kinds.map((kind) => placeOf(node, kind)))
        const empty = (): ModelStore => ({
          trusted: new Map(),
          request: undefined,
          identity: undefined,
          isBackupPending: false,
        })
        const model = { stores: new Map(places.map((key) => [key, empty()])) }
        return { model, real: { ...fixture, manager, storage, keys, requests: [] } }
      }, sequence),
    ),
    { numRuns: options.numRuns, endOnFailure: false },
  )
}
