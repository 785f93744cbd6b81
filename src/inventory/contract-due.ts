// The contract of claimDue: each due record to one worker at a time.

import { commitNow, expectRejection, expectSame, sampleDue } from './contract-case.js'
import type { StorageCheck } from './contract-commits.js'
import type { DueRecord } from './records.js'

const idsOf = (records: readonly DueRecord[]): readonly string[] => records.map(({ id }) => id)
const lease = (owner: string, until: number) => ({ owner, until })

const cases: readonly StorageCheck[] = [
  [
    'claimDue gives what is due of a task, the most overdue first, up to the limit',
    async (storage) => {
      const puts = [30, 10, 50, 20, 40].map((dueAt) => sampleDue(`at ${dueAt}`, dueAt))
      await commitNow(storage, { puts: [...puts, sampleDue('other', 5, { task: 'revocation' })] })
      expectSame('nothing due', await storage.claimDue('expiry', 9, 10, lease('w', 100)), [])
      expectSame('first two', idsOf(await storage.claimDue('expiry', 40, 2, lease('w', 100))), ['at 10', 'at 20'])
      expectSame('the rest', idsOf(await storage.claimDue('expiry', 40, 9, lease('w', 100))), ['at 30', 'at 40'])
      expectSame('none', await storage.claimDue('no such task', 40, 9, lease('w', 100)), [])
      const wrong = () => storage.claimDue('expiry', Number.NaN, 1, lease('w', 100))
      await expectRejection('a time that is none', 'TypeError', wrong)
    },
  ],
  [
    'a record is nobody else’s until its lease ends',
    async (storage) => {
      await commitNow(storage, { puts: [sampleDue('d', 10)] })
      expectSame('first', idsOf(await storage.claimDue('expiry', 10, 1, lease('one', 20))), ['d'])
      expectSame('held', await storage.claimDue('expiry', 19, 1, lease('two', 99)), [])
      expectSame('held from its own holder', await storage.claimDue('expiry', 19, 1, lease('one', 99)), [])
      expectSame('ended', idsOf(await storage.claimDue('expiry', 20, 1, lease('two', 30))), ['d'])
    },
  ],
  [
    'nextDue is the earliest time at which a record of the task can be claimed',
    async (storage) => {
      expectSame('no record', await storage.nextDue('expiry'), undefined)
      await commitNow(storage, {
        puts: [sampleDue('x', 1, { task: 'revocation' }), sampleDue('d', 30), sampleDue('e', 10)],
      })
      expectSame('the earliest', await storage.nextDue('expiry'), 10)
      await storage.claimDue('expiry', 10, 1, lease('one', 20))
      expectSame('the end of a lease', await storage.nextDue('expiry'), 20)
      await commitNow(storage, { puts: [sampleDue('d', 15)] })
      expectSame('a later one that is free before', await storage.nextDue('expiry'), 15)
      await storage.claimDue('expiry', 15, 1, lease('two', 90))
      expectSame('the lease that ends first', await storage.nextDue('expiry'), 20)
      await commitNow(storage, { deletes: [sampleDue('d', 15), sampleDue('e', 10)] })
      expectSame('none left', await storage.nextDue('expiry'), undefined)
    },
  ],
  [
    'committing a record ends its lease, and so does deleting it',
    async (storage) => {
      await commitNow(storage, { puts: [sampleDue('d', 10)] })
      await storage.claimDue('expiry', 10, 1, lease('one', 1000))
      await commitNow(storage, { puts: [sampleDue('d', 15)] })
      expectSame('not due yet', await storage.claimDue('expiry', 14, 1, lease('two', 1000)), [])
      expectSame('due again', idsOf(await storage.claimDue('expiry', 15, 1, lease('two', 1000))), ['d'])
      await commitNow(storage, { deletes: [sampleDue('d', 15)] })
      expectSame('deleted', await storage.claimDue('expiry', 5000, 1, lease('two', 9000)), [])
      await commitNow(storage, { puts: [sampleDue('d', 15)] })
      expectSame('put anew', idsOf(await storage.claimDue('expiry', 15, 1, lease('three', 1000))), ['d'])
    },
  ],
  [
    'a lease moves no revision: who works on a claim commits on what was read before it',
    async (storage) => {
      const due = sampleDue('d', 10)
      await commitNow(storage, { puts: [due] })
      const { revisions } = await storage.read([due])
      const claimed = await storage.claimDue('expiry', 10, 1, lease('one', 1000))
      expectSame('claimed', claimed, [due])
      const puts = [sampleDue('d', 20)]
      expectSame('commit', await storage.commit({ relies: revisions, puts, deletes: [], appends: [] }), { ok: true })
      const late = await storage.commit({ relies: revisions, puts: [due], deletes: [], appends: [] })
      expectSame('a worker that comes late', late.ok, false)
    },
  ],
  [
    'many workers at once get each record exactly once',
    async (storage) => {
      const puts = Array.from({ length: 60 }, (_, at) => sampleDue(`item ${String(at).padStart(2, '0')}`, at))
      await commitNow(storage, { puts })
      const work = (worker: number) => storage.claimDue('expiry', 1000, 7, lease(`worker ${worker}`, 5000))
      const claims = await Promise.all(Array.from({ length: 10 }, (_, worker) => work(worker)))
      expectSame(
        'claimed',
        claims.flatMap(idsOf).sort(),
        puts.map(({ id }) => id),
      )
    },
  ],
]

export const dueCases = (): readonly StorageCheck[] => cases
