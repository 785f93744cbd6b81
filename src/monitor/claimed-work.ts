// Claimed records, worked on in batches: what belongs together is read in one go and committed in one go, and again where
// somebody else has changed it in between.

import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  recordKey,
  type RecordKey,
  type Scope,
  scopeKey,
  type Storage,
} from '../inventory/index.js'
import { subjectOf } from './due-data.js'

/** A due record and its certificate, as they are now. */
export interface CurrentWork {
  /** Undefined where it was deleted, with its certificate. */
  readonly due: DueRecord | undefined
  readonly certificate: CertificateRecord | undefined
}

/** What is to be written of one piece of work. Where a piece needs nothing, nothing is. */
export interface WorkChange {
  readonly puts: readonly (CertificateRecord | DueRecord)[]
  readonly deletes: readonly RecordKey[]
}

/** Times everything is tried together, then each piece alone. */
const TOGETHER = 3
const ALONE = 10

/** The claimed records with their certificates, in the claims' order. */
export async function readWork(storage: Storage, claims: readonly DueRecord[]): Promise<readonly CurrentWork[]> {
  return (await readCurrent(storage, claims)).current
}

/**
 * Decides each piece of work on what is stored now, and commits the changes. `decide` may be asked again. The lease of
 * what could not be committed ends, and somebody does it again.
 */
export async function commitWork<T extends { readonly claim: DueRecord }>(
  storage: Storage,
  work: readonly T[],
  decide: (one: T, current: CurrentWork) => WorkChange,
): Promise<void> {
  if (await attempt(storage, work, decide, TOGETHER)) return
  for (const one of work) await attempt(storage, [one], decide, ALONE)
}

async function attempt<T extends { readonly claim: DueRecord }>(
  storage: Storage,
  work: readonly T[],
  decide: (one: T, current: CurrentWork) => WorkChange,
  attempts: number,
): Promise<boolean> {
  for (let tried = 0; tried < attempts && work.length > 0; tried++) {
    const { current, revisions } = await readCurrent(
      storage,
      work.map(({ claim }) => claim),
    )
    const changes = work.map((one, at) => decide(one, current[at] ?? { due: undefined, certificate: undefined }))
    const puts = changes.flatMap((change) => change.puts)
    const deletes = changes.flatMap((change) => change.deletes)
    const changed = new Set([...puts, ...deletes].map(scopeKey))
    const relies = revisions.filter(({ scope }) => changed.has(scopeKey(scope)))
    if (changed.size === 0 || (await storage.commit({ relies, puts, deletes, appends: [] })).ok) return true
  }
  return work.length === 0
}

async function readCurrent(storage: Storage, claims: readonly DueRecord[]) {
  const scopes = new Map<string, Scope>(
    claims.map(({ node, purpose }) => [scopeKey({ node, purpose }), { node, purpose }]),
  )
  const { records, revisions } = await storage.read([...scopes.values()])
  const stored = new Map(records.map((record) => [recordKey(record), record]))
  return { current: claims.map((claim) => currentOf(claim, stored)), revisions }
}

function currentOf(claim: DueRecord, stored: ReadonlyMap<string, InventoryRecord>): CurrentWork {
  const { node, purpose } = claim
  const due = stored.get(recordKey(claim))
  const { kind, id } = subjectOf(claim)
  const isKind = kind === 'identity' || kind === 'trust' || kind === 'endpoint'
  const certificate = isKind ? stored.get(recordKey({ node, purpose, kind, id })) : undefined
  return {
    due: due?.kind === 'due' ? due : undefined,
    certificate: certificate !== undefined && isCertificateRecord(certificate) ? certificate : undefined,
  }
}
