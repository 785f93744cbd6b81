/**
 * A process that keeps certificates beside others: `keeper-worker <socket directory> <schema> <name> <operations>`. It does
 * random operations on the same purposes as all others, and writes a line for each that has been acknowledged.
 */

import { randomInt } from 'node:crypto'
import { writeSync } from 'node:fs'
import { Pool } from 'pg'
import { openSqlStore, postgresDialect } from '../../../src/adapters/sql-storage/index.js'
import { createCertificateManager, type Outcome, type Refusal } from '../../../src/manager/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { createTestCa } from '../../../src/testkit/index.js'
import { answer, hostOf, recordsOf } from '../../support/manager.js'

const [host = '', schema = '', name = '', operations = '0'] = process.argv.slice(2)
const pool = new Pool({ host, user: 'owner', database: 'postgres', max: 3, connectionTimeoutMillis: 20_000 })
const store = await openSqlStore({
  ...{ dialect: postgresDialect(pool), schema, migrations: 'require', patience: 30_000 },
  keyWrapping: { current: 'k', keyOf: () => new Uint8Array(32).fill(5) },
})
const { storage, keys } = store
const cluster = { publisher: 'pub', nodes: ['pub', 'sub1'] }
const manager = createCertificateManager({ catalogue: unifiedCommunications, cluster, storage, keys })
const root = await createTestCa({ name: `Root ${name}`, keyType: 'p256' })

const pick = <T>(items: readonly T[]): T | undefined => items[randomInt(Math.max(1, items.length))]
const purposes = [
  { identity: 'tomcat-ECDSA', trust: 'tomcat-trust' },
  { identity: 'CallManager-ECDSA', trust: 'CallManager-trust' },
] as const

type Operation = (place: {
  readonly node: string
  readonly identity: string
  readonly trust: string
}) => Promise<Outcome | Refusal>

const trustRoot: Operation = ({ node, trust }) => manager.upload({ node, purpose: trust, file: root.pem, actor: name })

const operationsByName: Readonly<Record<string, Operation>> = {
  trustRoot,
  regenerate: ({ node, identity }) => manager.regenerate({ node, purpose: identity, actor: name }),
  generate: ({ node, identity }) => manager.generateSelfSigned({ node, purpose: identity, actor: name }),
  request: ({ node, identity }) =>
    manager.generateCsr({
      ...{ node, purpose: identity, subject: { commonName: hostOf(node) }, actor: name },
      key: { type: 'ec', curve: 'P-256' },
    }),
  certify: async ({ node, identity, trust }) => {
    await trustRoot({ node, identity, trust })
    const { pem = '' } = (await manager.downloadCsr({ node, purpose: identity })) as { readonly pem?: string }
    if (pem === '') return trustRoot({ node, identity, trust })
    const leaf = await answer(pem, root, { dns: [hostOf(node)] })
    return manager.upload({ node, purpose: identity, file: leaf.pem + root.pem, actor: name })
  },
  remove: async ({ node, trust }) => {
    const trusted = (await recordsOf(storage, 'trust')).filter((one) => one.node === node && one.purpose === trust)
    const victim = pick(trusted)
    const sha256 = victim !== undefined && 'sha256' in victim ? victim.sha256 : 'none'
    return manager.delete({ node, purpose: trust, sha256, actor: name })
  },
}

writeSync(1, 'ready\n')
for (let at = 0; at < Number(operations); at++) {
  const place = { node: pick(cluster.nodes) ?? 'pub', ...(pick(purposes) ?? purposes[0]) }
  const operation = pick(Object.keys(operationsByName)) ?? ''
  const result = await operationsByName[operation]?.(place)
  if (result === undefined) continue
  const codes = result.ok ? ['done'] : result.findings.map(({ code }) => code)
  writeSync(1, `${JSON.stringify({ operation, codes })}\n`)
  if (at % 10 === 9) await manager.sweepKeys()
}
await store.close()
