/**
 * A process that commits to a store, to be killed: `worker <directory> <name> <commits>`. It writes a line for each commit once
 * it is acknowledged.
 */

import { randomInt } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openFileStore } from '../../../src/adapters/file-storage/index.js'
import type { InventoryRecord, Scope } from '../../../src/inventory/index.js'
import { sampleCertificate, sampleSetting } from '../../../src/inventory/contract-case.js'

const [directory = '', name = '', commits = '0'] = process.argv.slice(2)
const scopes: readonly Scope[] = ['left', 'right'].map((purpose) => ({ node: 'pub', purpose }))
const store = await openFileStore(directory, { keysUnencrypted: 'accept', lockTimeout: 60_000 })

const counterOf = (records: readonly InventoryRecord[], purpose: string): number => {
  const record = records.find((one) => one.kind === 'setting' && one.purpose === purpose && one.id === name)
  return record?.kind === 'setting' ? Number(record.value) : 0
}

writeSync(1, 'ready\n')
for (let done = 0; done < Number(commits);) {
  const { records, revisions } = await store.storage.read(scopes)
  const next = counterOf(records, 'left') + 1
  const puts = scopes.flatMap((scope) => [
    sampleSetting(name, next, scope),
    sampleCertificate(`${name} ${next}`, { ...scope, id: `${name} ${randomInt(3)}` }),
  ])
  const appends = [
    {
      ...({ kind: 'audit', id: `${name} ${next}`, node: 'pub', purpose: 'left', at: next, actor: name } as const),
      ...({ action: 'count', outcome: 'done', before: [], after: [], findings: [] } as const),
    },
  ]
  const result = await store.storage.commit({ relies: revisions, puts, deletes: [], appends })
  if (!result.ok) continue
  done++
  // Straight to the pipe: what is written is out, whatever happens to the process.
  writeSync(1, `${next}\n`)
}
await store.close()
