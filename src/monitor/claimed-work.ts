// Claimed due records and the certificates they are about: read in one go, and changed in one go, again where somebody else
// has changed them in between.

import { commitAgain } from '../inventory/commit-again.js'
import {
  type CertificateRecord,
  type ChangeSet,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  recordKey,
  type RecordKey,
  type Snapshot,
  type Storage,
} from '../inventory/index.js'
import { ScopeMap, scopesOf } from '../inventory/scope-map.js'
import { subjectOf } from './due-data.js'

/** A claimed due record, and its certificate as it is now. */
export interface ClaimedWork {
  readonly claim: DueRecord
  /** Undefined where it is gone. */
  readonly certificate: CertificateRecord | undefined
}

/** Times everything is tried together, before each piece is tried alone. */
const TOGETHER = 3

/** The claims with their certificates, in the same order. */
export async function readWork(storage: Storage, claims: readonly DueRecord[]): Promise<readonly ClaimedWork[]> {
  const places = claims.map(placeOf)
  const found = certificatesByPlace(await storage.find(places.filter((place) => place !== undefined)))
  return claims.map((claim, at) => {
    const place = places[at]
    return { claim, certificate: place && found.get(recordKey(place)) }
  })
}

/** Where a claim's certificate stands. */
function placeOf(claim: DueRecord): RecordKey | undefined {
  const { node, purpose } = claim
  const subject = subjectOf(claim)
  return subject && { node, purpose, kind: subject.kind, id: subject.id }
}

const certificatesByPlace = (records: readonly InventoryRecord[]): ReadonlyMap<string, CertificateRecord> =>
  new Map(records.filter(isCertificateRecord).map((record) => [recordKey(record), record]))

/** Deletes due records whose certificate is gone still. */
export const deleteOrphans = (storage: Storage, claims: readonly DueRecord[]): Promise<unknown> =>
  change(storage, claims, (claim, certificate) => ({ puts: [], deletes: certificate === undefined ? [claim] : [] }))

/** What has been done: the mark for the certificate, as long as it is the one that was claimed, and what is due then. */
export interface Finished extends ClaimedWork {
  readonly certificate: CertificateRecord
  readonly mark: CertificateRecord['mark']
  readonly next: DueRecord
}

/** Marks certificates, and writes what is due then. What could not be marked stays claimed, and is done again. */
export async function finishWork(storage: Storage, work: readonly Finished[], worker: string): Promise<void> {
  const byClaim = new Map(
    work.filter(({ certificate, mark }) => certificate.mark !== mark).map((one) => [one.claim, one]),
  )
  const left = await change(storage, [...byClaim.keys()], (claim, certificate) => {
    const { certificate: seen, mark } = byClaim.get(claim) ?? {}
    const isSame = certificate !== undefined && certificate.sha256 === seen?.sha256
    return { puts: isSame && certificate.mark !== mark ? [{ ...certificate, mark }] : [], deletes: [] }
  })
  await storage.finishDue(
    work.filter(({ claim }) => !left.includes(claim)).map(({ next }) => next),
    worker,
  )
}

interface Change {
  readonly puts: readonly CertificateRecord[]
  readonly deletes: readonly RecordKey[]
}

type Decide = (claim: DueRecord, certificate: CertificateRecord | undefined) => Change

/** Returns the claims where others kept writing to the scope: they are looked at again once their lease has ended. */
async function change(storage: Storage, claims: readonly DueRecord[], decide: Decide): Promise<readonly DueRecord[]> {
  const attempt = (some: readonly DueRecord[], attempts?: number): Promise<boolean> =>
    commitAgain(storage, scopesOf(some), changesOf(some, decide), attempts)
  const left: DueRecord[] = []
  if (claims.length === 0 || (await attempt(claims, TOGETHER))) return left
  for (const claim of claims) if (!(await attempt([claim]))) left.push(claim)
  return left
}

const changesOf =
  (claims: readonly DueRecord[], decide: Decide) =>
  ({ records, revisions }: Snapshot): Partial<ChangeSet> | undefined => {
    const found = certificatesByPlace(records)
    const changes = claims.map((claim) => {
      const place = placeOf(claim)
      return decide(claim, place && found.get(recordKey(place)))
    })
    const puts = changes.flatMap((one) => one.puts)
    const deletes = changes.flatMap((one) => one.deletes)
    const changed = new ScopeMap<true>()
    for (const record of [...puts, ...deletes]) changed.set(record, true)
    const relies = revisions.filter(({ scope }) => changed.get(scope) !== undefined)
    return puts.length + deletes.length === 0 ? undefined : { relies, puts, deletes }
  }
