// What the tasks of a monitor have in common: work is claimed, told of, and then remembered as told.

import type { CertificateRecord, DueRecord, Scope, Storage } from '../inventory/index.js'
import type { PendingNotice } from './delivery.js'

/** What the application must do (OCS-8): the certificate is not to be used any more. */
export interface RevokeEffect extends Scope {
  readonly type: 'revoke'
  /** The same for the same effect, however often it is emitted: once, but for a crash in between. */
  readonly key: string
  readonly sha256: string
  readonly reason: 'expired' | 'revoked'
}

export const revokeEffect = (
  { node, purpose, sha256 }: Pick<CertificateRecord, 'node' | 'purpose' | 'sha256'>,
  reason: RevokeEffect['reason'],
  since?: number,
): RevokeEffect => {
  const key = JSON.stringify(['revoke', sha256, node, purpose, reason, ...(since === undefined ? [] : [since])])
  return { type: 'revoke', key, node, purpose, sha256, reason }
}

/** What has reached whom. */
export interface Done {
  /** Notifiers that have everything they waited for. */
  readonly delivered: ReadonlySet<string>
  /** Keys of the effects that were emitted. */
  readonly revoked: ReadonlySet<string>
}

export const nothingDone: Done = { delivered: new Set(), revoked: new Set() }

/** Work that was claimed. Until it is finished it is claimed still. */
export interface Task {
  readonly notices: readonly PendingNotice[]
  readonly effects: readonly RevokeEffect[]
  finish(done: Done): Promise<void>
}

/** Who claims, and for how long. */
export interface Claimant {
  readonly worker: string
  /** As of when things are due; milliseconds since 1970. */
  readonly now: number
  /** When the lease ends; milliseconds since 1970. */
  readonly until: number
  /** The most work to keep. */
  readonly most: number
}

/** Claims at a time: what one commit carries. */
const BATCH = 500

/**
 * Claims what is due, batch by batch. `each` returns how much it keeps to be told of: work that is done with at once, as
 * most is, costs no memory and does not count.
 */
export async function claim(
  storage: Storage,
  task: 'expiry' | 'revocation',
  { worker, now, until, most }: Claimant,
  each: (claims: readonly DueRecord[]) => Promise<number>,
): Promise<void> {
  for (let left = most; left > 0;) {
    const limit = Math.min(BATCH, left)
    const claims = await storage.claimDue(task, now, limit, { owner: worker, until })
    if (claims.length > 0) left -= await each(claims)
    if (claims.length < limit) return
  }
}
