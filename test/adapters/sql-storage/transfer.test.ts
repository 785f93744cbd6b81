/** The way out of the directory and back: files to a database, and a database to files, keys included one way. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openFileStore } from '../../../src/adapters/file-storage/index.js'
import { createCertificateManager } from '../../../src/manager/index.js'
import { summarizeInventory, transferInventory } from '../../../src/inventory/index.js'
import { unifiedCommunications } from '../../../src/purposes/index.js'
import { done, everything, hostOf, TestClock } from '../../support/manager.js'
import { temporaryDirectory } from '../../support/openssl.js'
import { tool } from '../../support/tools.js'
import { describeEngines } from './describe-engines.js'

const openssl = tool('openssl', 'moving keys from files to a database')

describeEngines('transfers', (engine) => {
  const work = temporaryDirectory()
  afterAll(() => work.remove())

  it.runIf(openssl !== undefined)(
    'a keeper moves from files to the database and back, and goes on where it was',
    async () => {
      const clock = new TestClock()
      const cluster = { publisher: 'pub', nodes: ['pub', 'sub1'] }
      const surroundings = { catalogue: unifiedCommunications, cluster, clock }
      const directory = join(work.path, 'before')
      const files = await openFileStore(directory, { passphrase: () => 'secret' })
      const before = createCertificateManager({ ...surroundings, ...files })
      for (const node of cluster.nodes) {
        done(await before.generateSelfSigned({ node, purpose: 'tomcat-ECDSA' }))
        done(await before.regenerate({ node, purpose: 'tomcat-ECDSA' }))
        const subject = { commonName: hostOf(node) }
        done(await before.generateCsr({ node, purpose: 'CallManager-ECDSA', subject }))
      }

      const store = await engine.open()
      expect(await transferInventory({ from: files.storage, to: store.storage, batch: 5 })).toMatchObject({
        isVerified: true,
        differences: [],
      })
      for (const handle of await files.keys.handles()) {
        const args = [
          ...['pkcs8', '-topk8', '-nocrypt'],
          '-in',
          join(directory, 'keys', `${handle}.pem`),
          '-passin',
          'pass:secret',
          '-outform',
          'DER',
        ]
        await store.keys.importKey(handle, execFileSync(openssl ?? '', args))
      }
      const after = createCertificateManager({ ...surroundings, storage: store.storage, keys: store.keys })
      expect((await after.list()).records).toStrictEqual((await before.list()).records)
      expect(await after.sweepKeys()).toBe(0)
      const [handle = ''] = await files.keys.handles()
      expect((await store.keys.signer(handle)).publicKey).toStrictEqual((await files.keys.signer(handle)).publicKey)
      done(await after.regenerate({ node: 'pub', purpose: 'tomcat-ECDSA' }))

      const back = await openFileStore(join(work.path, 'after'), { passphrase: () => 'secret' })
      const returned = await transferInventory({ from: store.storage, to: back.storage })
      expect(returned.isVerified).toBe(true)
      expect(await summarizeInventory(back.storage)).toStrictEqual(returned.from)
      expect(recordsIn(await everything(back.storage))).toStrictEqual(recordsIn(await everything(store.storage)))
      await files.close()
      await back.close()
    },
    60_000,
  )
})

/** In one order: `read` promises none, and revisions stay behind. */
const recordsIn = (snapshot: unknown): readonly unknown[] =>
  [...(snapshot as { readonly records: readonly { readonly kind: string; readonly id: string }[] }).records].sort(
    (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
  )
