// The storage that forgets: for tests, for deciding what would happen, and as the model every other is held against.

import { handOutAll, ownRecord } from './own-record.js'
import { RecordTable } from './record-table.js'
import type { Storage } from './storage.js'

/** A storage in memory. It is gone with the process. */
export function createMemoryStorage(): Storage {
  const table = new RecordTable()
  return {
    read: async (scopes) => {
      const { records, revisions } = table.read(scopes)
      return Promise.resolve({ records: handOutAll(records), revisions })
    },
    find: async (places) => Promise.resolve(handOutAll(table.find(places))),
    commit: async (change) => {
      const { relies, deletes } = change
      const own = { relies, deletes, puts: change.puts.map(ownRecord), appends: change.appends.map(ownRecord) }
      const conflict = table.conflicts(own)
      if (conflict.length > 0) return { ok: false, conflict }
      table.apply(own)
      return Promise.resolve({ ok: true })
    },
    query: async (query) => {
      const { records, next } = table.query(query)
      return Promise.resolve({ records: handOutAll(records), next })
    },
    list: async (kind, page) => {
      const { records, next } = table.list(kind, page)
      return Promise.resolve({ records: handOutAll(records), next })
    },
    claimDue: async (task, before, limit, lease) => {
      return Promise.resolve(table.claim(task, before, limit, lease))
    },
    finishDue: async (finished, owner) => {
      return Promise.resolve(table.finish(owner, finished.map(ownRecord)))
    },
    nextDue: async (task) => Promise.resolve(table.nextDue(task)),
  }
}
