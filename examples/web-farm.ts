// A catalogue of one’s own, and a manager that keeps by it: a web server gets its certificate and learns what to restart.
//   npx tsx examples/web-farm.ts

import { createCertificateManager, createMemoryKeyStore, createMemoryStorage, readCertificates } from 'certward'
import { createTestCa } from 'certward/testkit'
import { webFarm } from './catalogues/web-farm.js'

const manager = createCertificateManager({
  catalogue: webFarm,
  cluster: { publisher: 'web1', nodes: ['web1', 'web2'] },
  storage: createMemoryStorage(), // openFileStore(…) or openSqlStore(…) outlive the process
  keys: createMemoryKeyStore(),
})
const authority = await createTestCa({ name: 'Farm Root', keyType: 'p256' })

const request = await manager.generateCsr({
  purpose: 'https',
  node: 'web1',
  subject: { commonName: 'www.example.com' },
  distribution: { type: 'multi-server', hosts: ['www.example.com', 'shop.example.com'] },
})
if (!request.ok) throw new Error(request.findings.map(({ message }) => message).join('\n'))
const [asked] = readCertificates(request.pem).requests
if (asked === undefined) throw new Error('the request cannot be read')
const answer = await authority.issue({ request: asked })

// The authority first, then what it has issued. Before that, without writing anything: what would happen?
const upload = { purpose: 'https', node: 'web1', file: answer.pem }
const early = await manager.plan.upload(upload)
if (!early.ok) console.log(`not yet: ${early.findings.map(({ message }) => message).join('; ')}`)
await manager.upload({ purpose: 'https-trust', node: 'web1', file: authority.pem, description: 'Farm Root' })
const installed = await manager.upload(upload)
if (!installed.ok) throw new Error(installed.findings.map(({ message }) => message).join('\n'))

for (const { type, node, purpose, subject } of installed.changes)
  console.log(`${type} ${purpose} on ${node}: ${subject}`)
for (const effect of installed.effects) {
  const what = effect.type === 'restart-service' ? `restart ${effect.service}` : effect.type
  console.log(`${what} on ${effect.node}: ${effect.reason}`)
}
