// Read, plan, commit. Every rule stands in a plan; here is only the order of doing things, so that nothing is lost: a
// new key is made before the change that refers to it, an old one destroyed after the change that drops it.

import type { Signer } from '../authoring/index.js'
import { type ChangeSet, KeyStoreError, type Scope } from '../inventory/index.js'
import { type Actor, auditOfChange, auditOfRefusal, note, tellOf } from './audit.js'
import type { PlannedChange } from './change-builder.js'
import type { Draft, KeyedOperation, Made } from './keyed-operation.js'
import { finding, isRefusal, type ManagerFinding, type Refusal, refusal } from './outcome.js'
import { ParsedCertificates } from './parsed-certificates.js'
import type { Surroundings } from './settings.js'
import { type ReadState, State } from './state.js'
import { isCondemned, sweepScope } from './sweep-keys.js'

/** Times a plan is made anew where somebody else has changed what it rests on. */
const ATTEMPTS = 8

/** One operation. */
export interface Operation<P extends PlannedChange> {
  /** Its name in the audit. */
  readonly action: string
  readonly place: Scope & Actor
  /** Whether place names only what has left: a node, or a purpose. Else both are known, or it is refused. */
  readonly isFarewell?: true
  /** What it looks at and may change; asked for once the place is known to exist. */
  readonly scopes: () => readonly Scope[]
  readonly plan: (state: State, now: number, read: ReadState) => P | Refusal | Promise<P | Refusal>
}

/** Whether a commit that carries the new key may have happened. */
interface KeyFate {
  isReferred: boolean
}

export class Executor {
  private readonly certificatesKept = new ParsedCertificates()

  constructor(private readonly surroundings: Surroundings) {}

  /** What an operation would come to, now (UPL-8). Writes nothing. */
  async foresee<P extends PlannedChange>(operation: Operation<P>): Promise<P | Refusal> {
    const { scopes, plan } = operation
    return this.unknown(operation) ?? plan(await this.read(scopes()), this.surroundings.now(), this.read)
  }

  /** The same for one that makes a key. Makes none. */
  foreseeWithKey<D extends Draft, T>(operation: KeyedOperation<D, T>): Promise<PlannedChange | Refusal> {
    return this.foresee(withoutKey(operation))
  }

  /** Does an operation: planned again, a few times, where the state has moved in between. */
  async execute<P extends PlannedChange>(operation: Operation<P>, fate?: KeyFate): Promise<P | Refusal> {
    const { action, place, scopes, plan } = operation
    const unknown = this.unknown(operation)
    if (unknown !== undefined) return this.refuse(action, place, unknown)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const state = await this.read(scopes())
      const now = this.surroundings.now()
      const planned = await plan(state, now, this.read)
      if (isRefusal(planned)) return this.refuse(action, place, planned)
      const { puts, deletes, appends } = planned
      const audit = auditOfChange(action, place, now, planned)
      const change: ChangeSet = { relies: state.snapshot.revisions, puts, deletes, appends: [...appends, audit] }
      // A commit that rejects may have been made all the same: a key it carries is kept until a sweep knows better.
      if (fate !== undefined) fate.isReferred = true
      const result = await this.surroundings.storage.commit(change)
      if (result.ok) {
        tellOf(audit, this.surroundings.audit)
        await this.destroy(planned.obsoleteKeys)
        return planned
      }
      if (fate !== undefined) fate.isReferred = false
    }
    return this.refuse(action, place, conflict(place))
  }

  /** Does an operation that makes a key. The key goes again where nothing came to refer to it. */
  async executeWithKey<D extends Draft, T>(
    operation: KeyedOperation<D, T>,
  ): Promise<{ readonly planned: PlannedChange; readonly document: T } | Refusal> {
    const { action, place, scopes, draft, make, apply } = operation
    const unknown = this.unknownPlace(place)
    if (unknown !== undefined) return this.refuse(action, place, unknown)
    const drafted = draft(await this.read(scopes()))
    if (isRefusal(drafted)) return this.refuse(action, place, drafted)
    const keyHandle = await this.generate(drafted)
    if (isRefusal(keyHandle)) return this.refuse(action, place, keyHandle)
    const fate: KeyFate = { isReferred: false }
    try {
      const { handle } = keyHandle
      const document = await this.makeWith(handle, drafted, (signer) => make(drafted, signer, this.surroundings.now()))
      if (document === undefined) return await this.refuse(action, place, conflict(place))
      const made: Made<T> = { keyHandle: handle, document }
      const planned = await this.execute(
        {
          action,
          place,
          scopes: () => [...scopes(), sweepScope],
          plan: (state, now) => {
            const again = draft(state)
            if (isRefusal(again)) return again
            const isSame = JSON.stringify(again) === JSON.stringify(drafted)
            return isSame && !isCondemned(state, handle) ? apply(state, again, now, made) : conflict(place)
          },
        },
        fate,
      )
      return isRefusal(planned) ? planned : { planned, document }
    } finally {
      if (!fate.isReferred) await this.destroy([keyHandle.handle])
    }
  }

  readonly read: ReadState = async (scopes) =>
    new State(await this.surroundings.storage.read(scopes), this.certificatesKept)

  private unknown({ place, isFarewell }: Pick<Operation<PlannedChange>, 'place' | 'isFarewell'>): Refusal | undefined {
    return isFarewell ? undefined : this.unknownPlace(place)
  }

  /** A purpose or node that does not exist: the caller's data, so a refusal and no exception. */
  unknownPlace({ node, purpose }: Scope): Refusal | undefined {
    const { catalogue, cluster } = this.surroundings.context
    const findings: ManagerFinding[] = []
    const known = catalogue.purposes.find(({ id }) => id === purpose)
    if (known === undefined) {
      const all = catalogue.purposes.map(({ id }) => id).join(', ')
      findings.push(finding('unknown-purpose', `there is no purpose "${purpose}"; there are ${all}`, 'PUR-1'))
    }
    // Devices are any number, and nobody says which there are (PUR-13).
    if (known?.usage !== 'endpoint' && !cluster.nodes.includes(node)) {
      const all = cluster.nodes.join(', ')
      findings.push(finding('unknown-node', `there is no node "${node}"; there are ${all}`, 'CLU-1'))
    }
    return findings.length === 0 ? undefined : refusal(...findings)
  }

  private async generate({ key }: Draft): Promise<{ readonly handle: string } | Refusal> {
    try {
      return { handle: await this.surroundings.keys.generate(key) }
    } catch (error) {
      if (!(error instanceof KeyStoreError) || error.code !== 'unsupported-key') throw error
      return refusal(finding('key-not-offered', error.message, 'CSR-8'))
    }
  }

  /** Nothing where a sweep has destroyed the key meanwhile: no record refers to it yet. */
  private async makeWith<T>(
    handle: string,
    { hash }: Draft,
    make: (signer: Signer) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await make(await this.surroundings.keys.signer(handle, hash))
    } catch (error) {
      if (!(error instanceof KeyStoreError) || error.code !== 'no-such-key') throw error
      return undefined
    }
  }

  /** Notes a refusal in the audit. */
  private async refuse(action: string, place: Scope & Actor, refused: Refusal): Promise<Refusal> {
    await note(auditOfRefusal(action, place, this.surroundings.now(), refused), this.surroundings)
    return refused
  }

  /** Destroys keys nothing refers to. What has been committed stands whether or not that succeeds: a sweep tries again. */
  private async destroy(handles: readonly string[]): Promise<void> {
    await Promise.allSettled(handles.map((handle) => this.surroundings.keys.destroy(handle)))
  }
}

const conflict = ({ node, purpose }: Scope): Refusal => {
  const what = [purpose, node].filter((name) => name !== '').join(' on ')
  const message = `${what} was changed by somebody else while this was decided: try again`
  return refusal(finding('conflict', message, 'UPL-4'))
}

/** The operation as far as it can be planned before its key is made. */
const withoutKey = <D extends Draft, T>({
  action,
  place,
  scopes,
  draft,
  apply,
}: KeyedOperation<D, T>): Operation<PlannedChange> => ({
  action,
  place,
  scopes,
  plan: (state, now) => {
    const drafted = draft(state)
    return isRefusal(drafted) ? drafted : apply(state, drafted, now, undefined)
  },
})
