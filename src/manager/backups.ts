// Whether a backup holds the keys that are in use (REG-6).

import type { Scope } from '../inventory/index.js'
import { records } from '../inventory/pages.js'
import type { Actor } from './audit.js'
import { ChangeBuilder } from './change-builder.js'
import type { Executor } from './executor.js'
import { isRefusal } from './outcome.js'
import type { Surroundings } from './settings.js'

/** When a backup was made, and who says so (REG-6). */
export interface BackupInput extends Actor {
  /** When the backup was begun: what was regenerated at that time or later is not in it. Default now. */
  readonly takenAt?: Date
}

/** Where keys had changed by a time since the last recorded backup, in the order of their places. */
export async function backupPending({ storage }: Surroundings, before = Infinity): Promise<readonly Scope[]> {
  const pending: Scope[] = []
  for await (const record of records(storage, 'backup-pending')) {
    const { node, purpose } = record
    if ('since' in record && record.since <= before) pending.push({ node, purpose })
  }
  return pending
}

const begunAt = ({ takenAt }: BackupInput, { now }: Surroundings): number => takenAt?.getTime() ?? now()

/** Where a backup holds what had changed when it was begun. */
export const coveredBy = (surroundings: Surroundings, input: BackupInput = {}): Promise<readonly Scope[]> =>
  backupPending(surroundings, begunAt(input, surroundings))

/** Notes that; returns where. */
export async function recordBackup(
  surroundings: Surroundings,
  executor: Executor,
  input: BackupInput = {},
): Promise<readonly Scope[]> {
  const until = begunAt(input, surroundings)
  const covered: Scope[] = []
  const failed: unknown[] = []
  for (const scope of await backupPending(surroundings, until)) {
    try {
      const done = await executor.execute({
        action: 'record-backup',
        place: { ...input, ...scope },
        scopes: () => [scope],
        plan: (state, now) => {
          const builder = new ChangeBuilder(state, now)
          // Regenerated once more in the meantime: that one is in no backup.
          const isCovered = state.in(scope).some((record) => record.kind === 'backup-pending' && record.since <= until)
          if (isCovered) builder.backedUp(scope)
          return { ...builder.planned(), isCovered }
        },
      })
      if (!isRefusal(done) && done.isCovered) covered.push(scope)
    } catch (error) {
      // A damaged one keeps none of the others pending.
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
  return covered
}
