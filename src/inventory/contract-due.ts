// The contract of claimDue and finishDue: each due record to one worker at a time.

import { commitNow, expectRejection, expectSame, sampleDue } from './contract-case.js'
import type { StorageCheck } from './contract-commits.js'
import type { DueRecord, InventoryRecord } from './records.js'

const idsOf = (records: readonly DueRecord[]): readonly string[] => records.map(({ id }) => id)
const sortedById = (records: readonly InventoryRecord[]): readonly InventoryRecord[] =>
  [...records].sort((a, b) => (a.id < b.id ? -1 : 1))
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
    'claimDue gives the most overdue first of many that were put, moved and held before in any order',
    async (storage) => {
      const due = (at: number, salt: number) => sampleDue(`item ${at}`, ((at + salt) * 7919) % 9973)
      const items = Array.from({ length: 200 }, (_, at) => at)
      await commitNow(storage, { puts: items.map((at) => due(at, 0)) })
      // Every third is due at another time then, and the first thirty are held for a while.
      const moved = new Map(items.map((at) => [`item ${at}`, due(at, at % 3 === 0 ? 5000 : 0)]))
      await commitNow(storage, { puts: [...moved.values()].filter((_, at) => at % 3 === 0) })
      await storage.claimDue('expiry', 2000, 30, lease('w', 2000))
      const expected = [...moved.values()].sort((a, b) => a.dueAt - b.dueAt)
      const claimed: DueRecord[] = []
      for (let count = 1; claimed.length < items.length && count < 60; count++) {
        claimed.push(...(await storage.claimDue('expiry', 10_000, count, lease('w', 20_000))))
      }
      expectSame('claimed', idsOf(claimed), idsOf(expected))
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
    'a record that is put again is due when, and for the task, it says now',
    async (storage) => {
      await commitNow(storage, { puts: [sampleDue('earlier', 10), sampleDue('moved', 20), sampleDue('later', 30)] })
      expectSame('the first', await storage.nextDue('expiry'), 10)
      const puts = [sampleDue('earlier', 40), sampleDue('moved', 20, { task: 'revocation' }), sampleDue('later', 5)]
      await commitNow(storage, { puts })
      expectSame('the first now', await storage.nextDue('expiry'), 5)
      expectSame('of the other task', await storage.nextDue('revocation'), 20)
      expectSame('due', idsOf(await storage.claimDue('expiry', 40, 9, lease('w', 99))), ['later', 'earlier'])
      expectSame('due there', idsOf(await storage.claimDue('revocation', 40, 9, lease('w', 99))), ['moved'])
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
    'finishDue writes what its owner holds, ends the lease, and moves no revision',
    async (storage) => {
      const [d, e] = [sampleDue('d', 10), sampleDue('e', 20)]
      await commitNow(storage, { puts: [d, e] })
      const { revisions } = await storage.read([d])
      await storage.claimDue('expiry', 10, 1, lease('one', 1000))
      const next = { ...d, dueAt: 30, data: { seen: true } }
      expectSame('nothing', await storage.finishDue([], 'one'), 0)
      expectSame('held by another, and by nobody', await storage.finishDue([next, { ...e, dueAt: 99 }], 'two'), 0)
      expectSame('held, and by nobody', await storage.finishDue([next, { ...e, dueAt: 99 }], 'one'), 1)
      expectSame('a second time', await storage.finishDue([{ ...d, dueAt: 5 }], 'one'), 0)
      const after = await storage.read([d])
      expectSame('revisions', after.revisions, revisions)
      expectSame('records', sortedById(after.records), [next, e])
      expectSame('still due', await storage.claimDue('expiry', 29, 9, lease('two', 1000)), [e])
      expectSame('due then', await storage.claimDue('expiry', 30, 9, lease('two', 1000)), [next])
    },
  ],
  [
    'finishDue leaves alone what has been put, deleted or claimed by somebody else since',
    async (storage) => {
      const all = ['deleted', 'late', 'put', 'taken'].map((id) => sampleDue(id, 10))
      await commitNow(storage, { puts: all })
      await storage.claimDue('expiry', 10, 9, lease('one', 20))
      await commitNow(storage, { puts: [sampleDue('put', 50)], deletes: [sampleDue('deleted', 10)] })
      // Its lease has run out, and nobody else has come.
      expectSame('late', await storage.finishDue([sampleDue('late', 60)], 'one'), 1)
      await storage.claimDue('expiry', 25, 9, lease('two', 40))
      expectSame(
        'the others',
        await storage.finishDue(
          all.map((record) => ({ ...record, dueAt: 70 })),
          'one',
        ),
        0,
      )
      const { records } = await storage.read([sampleDue('put', 50)])
      expectSame('records', sortedById(records), [sampleDue('late', 60), sampleDue('put', 50), sampleDue('taken', 10)])
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
