// The main job from an empty machine: request, authority, root, chain, upload, list, verify, delete, regenerate; with real
// files, which stay for the reader to look at. Run it with: npm run example

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createTrustAnchors,
  explain,
  parseCertificate,
  parseCertificationRequest,
  readPem,
  validatePath,
  writePkcs7,
  writePem,
} from '../../src/index.js'
import { createTestCa } from '../../src/testkit/index.js'
import { printList, printOutcome } from './print.js'
import { NODE, openKeeper } from './store.js'

const PASSPHRASE = 'example'

/** Tells the story in a new directory; whether everything went as it should. */
export async function tellStory(): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'certward-'))
  const { manager, store } = await openKeeper(directory, PASSPHRASE)
  const title = (text: string): void => {
    console.log(`\n${text}`)
  }
  const at = { purpose: 'tomcat', node: NODE }
  const trust = { purpose: 'tomcat-trust', node: NODE }

  title('A certificate request for tomcat')
  const request = await manager.generateCsr({ ...at, subject: { commonName: 'cucm1.example.com', country: 'US' } })
  if (!printOutcome(request) || !request.ok) return false

  title('An authority signs it: a root, an intermediate, and the certificate')
  const root = await createTestCa({ name: 'Example Root CA', keyType: 'rsa-2048' })
  const intermediate = await root.issueIntermediate({ name: 'Example Issuing CA', keyType: 'rsa-2048' })
  const [block] = readPem(request.pem)
  if (block === undefined) return false
  const leaf = await intermediate.issue({
    request: parseCertificationRequest(block.bytes),
    requestedExtensions: 'grant',
  })
  const chain = writePkcs7({ certificates: [leaf.certificate, intermediate.certificate] })
  console.log(`  ${leaf.certificate.subject.toString()}, issued by ${leaf.certificate.issuer.toString()}`)

  title('Uploading it before its root: refused, and nothing has changed')
  const early = await manager.upload({ ...at, file: chain })
  printOutcome(early)

  title('Uploading the root to tomcat-trust')
  const trusted = await manager.upload({ ...trust, file: root.pem, description: 'Root of the company' })
  printOutcome(trusted)

  title('Uploading certificate and chain as PKCS#7 to tomcat')
  const installed = await manager.upload({ ...at, file: writePem('PKCS7', chain) })
  printOutcome(installed)

  title('What is installed')
  const { records } = await manager.list({ sort: { by: 'purpose' } })
  printList(records)

  title('Is it valid for the web, by what is installed?')
  const certificates = records.map(({ der }) => parseCertificate(der))
  const verdict = await validatePath({
    certificate: leaf.certificate,
    intermediates: certificates,
    anchors: createTrustAnchors(certificates.filter(({ isSelfIssued }) => isSelfIssued)),
    at: new Date(),
    purpose: ['serverAuth'],
    peerName: { dns: 'cucm1.example.com' },
  })
  console.log(explain(verdict).replace(/^/gm, '  '))

  title('Deleting the root: it would break the chain, so the plan has to be confirmed')
  const rootRecord = records.find(({ subject }) => subject === root.certificate.subject.toString())
  if (rootRecord === undefined) return false
  const deletion = { ...trust, sha256: rootRecord.sha256 }
  const refused = await manager.delete(deletion)
  printOutcome(refused)
  const plan = await manager.plan.delete(deletion)
  const deleted = plan.ok ? await manager.delete({ ...deletion, confirm: plan.planId }) : plan
  printOutcome(deleted)

  title('Regenerating tomcat: a self-signed certificate takes its place')
  const regenerated = await manager.regenerate(at)
  printOutcome(regenerated)
  printList((await manager.list({ sort: { by: 'purpose' } })).records)
  const pending = await manager.backupPending()
  console.log(`  backup pending for ${pending.map(({ purpose, node }) => `${purpose} on ${node}`).join(', ')}`)
  await store.close()

  title(`Everything is in ${directory}`)
  console.log(
    `  keys are encrypted PKCS#8; the passphrase is "${PASSPHRASE}": openssl pkey -in … -passin pass:${PASSPHRASE}`,
  )
  return !early.ok && trusted.ok && installed.ok && verdict.ok && !refused.ok && deleted.ok && regenerated.ok
}
