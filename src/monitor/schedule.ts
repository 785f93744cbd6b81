// Has certificates looked at again: where the rules have changed, or records came by other means than a manager.

import { commitOrFail } from '../inventory/commit-again.js'
import {
  type CertificateRecord,
  type DueRecord,
  type InventoryRecord,
  isCertificateRecord,
  recordKey,
  scheduleOf,
  type Storage,
} from '../inventory/index.js'
import { recordPages } from '../inventory/pages.js'
import { scopesOf } from '../inventory/scope-map.js'
import { subjectOf } from './due-data.js'

const PAGE = 500
const kinds = ['identity', 'trust', 'endpoint'] as const

/**
 * Makes every task of every certificate due; returns how many certificates there are. What is due already may be held by
 * somebody who is telling of it, and who loses it where leases end; they must, where they were given until a time a wrong
 * clock has told.
 */
export async function makeAllDue(storage: Storage, now: number, leases: 'kept' | 'ended' = 'kept'): Promise<number> {
  let count = 0
  for (const kind of kinds) {
    for await (const page of recordPages(storage, kind, { limit: PAGE })) {
      const certificates = page.filter(isCertificateRecord)
      count += certificates.length
      await makeDue(storage, certificates, now, leases)
    }
  }
  return count
}

async function makeDue(
  storage: Storage,
  certificates: readonly CertificateRecord[],
  now: number,
  leases: 'kept' | 'ended',
): Promise<void> {
  await commitOrFail('the certificates', storage, scopesOf(certificates), ({ records }) => {
    const stored = new Map(records.map((record) => [recordKey(record), record]))
    const puts = certificates
      .filter((record) => stored.has(recordKey(record)))
      .flatMap((record) => scheduleOf(record, now))
      .flatMap((fresh) => sooner(stored.get(recordKey(fresh)), fresh, leases))
    return puts.length === 0 ? undefined : { puts }
  })
}

/** The due record with what it remembers, due sooner; writing it again ends its lease. */
function sooner(known: InventoryRecord | undefined, fresh: DueRecord, leases: 'kept' | 'ended'): readonly DueRecord[] {
  const isKnown = known?.kind === 'due' && subjectOf(known)?.sha256 === subjectOf(fresh)?.sha256
  if (!isKnown) return [fresh]
  return known.dueAt > fresh.dueAt || leases === 'ended'
    ? [{ ...known, dueAt: Math.min(known.dueAt, fresh.dueAt) }]
    : []
}
