// A store to monitor: the reader's own, or a new one with certificates that end soon.

import { openFileStore } from '../../src/adapters/file-storage/index.js'
import { createCertificateManager, unifiedCommunications } from '../../src/index.js'
import { createTestCa } from '../../src/testkit/index.js'

const DAY = 86_400_000

/** Opens the store in a directory. One without certificates gets three authorities, which end in 5, 20 and 400 days. */
export async function openSample(directory: string) {
  const store = await openFileStore(directory, { passphrase: () => process.env['CERTWARD_PASSPHRASE'] ?? 'example' })
  const cluster = { publisher: 'cucm1', nodes: ['cucm1'] }
  const manager = createCertificateManager({ ...store, catalogue: unifiedCommunications, cluster })
  if ((await manager.list({ limit: 1 })).records.length > 0) return store
  const now = Date.now()
  for (const days of [5, 20, 400]) {
    const validity = { notBefore: new Date(now - 700 * DAY), notAfter: new Date(now + days * DAY) }
    const { pem } = await createTestCa({ name: `Authority of ${days} days`, ...validity })
    await manager.upload({ node: 'cucm1', purpose: 'tomcat-trust', file: pem })
  }
  return store
}
