// What a tick of the monitor did, for the application to act on.

import type { ConnectionDrop } from './connections.js'
import type { DeliveryFailure } from './delivery.js'
import type { CheckedStatus } from './due-data.js'
import type { MonitorNotice } from './notice.js'
import type { RevokeEffect } from './task.js'

/** What a tick did. */
export interface MonitorReport {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Notices that some notifier delivered or failed to, the gravest first. */
  readonly notices: readonly MonitorNotice[]
  /** What the application must do about certificates (OCS-8). */
  readonly effects: readonly RevokeEffect[]
  /** Connections it must end, and why (OCS-6). */
  readonly drops: readonly ConnectionDrop[]
  /** Checks of revocation, by what they found. */
  readonly checks: Readonly<Record<CheckedStatus, number>>
  /** Who failed: notifiers by name, `connections`, `act`, `storage`. What they should have done is done at a later tick. */
  readonly failures: readonly DeliveryFailure[]
  /** When to come again (MON-3); at once where a bound of this tick has left something due. */
  readonly next: Date
}
