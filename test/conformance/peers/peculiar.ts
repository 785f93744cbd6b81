/** @peculiar/x509: a chain as its builder orders it, to an anchor, every certificate verified with the next one's key at the time. */

import 'reflect-metadata'
import { cryptoProvider, X509Certificate, X509ChainBuilder } from '@peculiar/x509'
import { Crypto } from '@peculiar/webcrypto'
import type { PathPeer } from './path-case.js'

cryptoProvider.set(new Crypto())

const read = (der: Uint8Array): X509Certificate => new X509Certificate(new Uint8Array(der))

export const peculiar: PathPeer = async ({ anchors, intermediates, target, at }) => {
  const roots = anchors.map(read)
  const certificates = [...intermediates.map(read), ...roots]
  const chain = await new X509ChainBuilder({ certificates }).build(read(target))
  const last = chain[chain.length - 1]
  if (last === undefined || !roots.some((root) => root.equal(last))) return false
  for (const [index, certificate] of chain.entries()) {
    const { publicKey } = chain[index + 1] ?? certificate
    if (!(await certificate.verify({ date: at, publicKey }))) return false
  }
  return true
}
