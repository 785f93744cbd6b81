// Issues what the benchmark of paths needs, with the library's own test kit: chains of three, and intermediates that have
// nothing to do with them.

import { createTestCa, type TestKeyType, testKey } from '../src/testkit/index.js'
import type { Bytes, Chain } from './peers/peer.js'

/** The host every target is for. */
export const HOST = 'www.example.com'

/** `count` targets below one intermediate below one root. */
export async function issueChains(keyType: TestKeyType, count: number): Promise<readonly Chain[]> {
  const root = await createTestCa({ keyType, name: 'Example Root' })
  const intermediate = await root.issueIntermediate({ name: 'Example TLS CA', pathLenConstraint: 0 })
  const above = { intermediate: Uint8Array.from(intermediate.der), root: Uint8Array.from(root.der) }
  const chains: Chain[] = []
  for (let index = 0; index < count; index++) {
    const { der } = await intermediate.issue({ name: HOST, dns: [HOST, `host-${index}.example.com`] })
    chains.push({ ...above, target: Uint8Array.from(der) })
  }
  return chains
}

/** `count` intermediates of another root, each with a name of its own. They share a key. */
export async function issueUnrelated(count: number): Promise<readonly Bytes[]> {
  const root = await createTestCa({ name: 'Unrelated Root' })
  const key = await testKey('p256', 'unrelated')
  const made: Bytes[] = []
  for (let index = 0; index < count; index++) {
    const { der } = await root.issueIntermediate({ name: `Unrelated CA ${index}`, key })
    made.push(Uint8Array.from(der))
  }
  return made
}
