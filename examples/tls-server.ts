// A TLS server's chain, decided with revocation: npx tsx examples/tls-server.ts HOST[:PORT] [--roots FILE] [--crl FILE]…
// Roots are those Node trusts unless a file says otherwise. Exit codes: 0 to be trusted, 1 not, 2 the command is wrong.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type DetailedPeerCertificate, rootCertificates } from 'node:tls'
import { parseArgs } from 'node:util'
import {
  certificateFrom,
  createOcspClient,
  explain,
  fetchCrlSource,
  parseCertificate,
  parseCertificateList,
  readCertificates,
  validateCertificate,
  webpki,
} from 'certward'

const { values, positionals } = parseArgs({
  options: { roots: { type: 'string' }, crl: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const [, host, port = '443'] = /^(.+?)(?::(\d+))?$/.exec(positionals[0] ?? '') ?? []
if (host === undefined) {
  console.error('usage: npx tsx examples/tls-server.ts HOST[:PORT] [--roots FILE] [--crl FILE]…')
  process.exit(2)
}

// Node decides nothing here: the chain and the stapled response are taken as they come.
const options = { host, port: Number(port), servername: host, rejectUnauthorized: false, requestOCSP: true }
const socket = connect(options)
const stapled: Uint8Array[] = []
socket.on('OCSPResponse', (response: Buffer | null) => {
  if (response !== null) stapled.push(response)
})
await once(socket, 'secureConnect')
const chain = chainOf(socket.getPeerCertificate(true)).map((der) => parseCertificate(der))
socket.destroy()

const [certificate, ...intermediates] = chain
if (certificate === undefined) throw new Error(`${host} has shown no certificate`)
const files = await Promise.all((values.crl ?? []).map((file) => readFile(file)))
const lists = files.flatMap((file) => readCertificates(file).crls.map((der) => parseCertificateList(der)))
const verdict = await validateCertificate({
  certificate,
  intermediates,
  anchors:
    values.roots === undefined
      ? rootCertificates.map((pem) => certificateFrom(pem))
      : readCertificates(await readFile(values.roots)).certificates,
  at: new Date(),
  profile: webpki,
  purpose: ['serverAuth'],
  peerName: { dns: host },
  revocation: {
    sources: {
      ocspResponses: stapled,
      // Where nothing is stapled or given: what the certificates name is asked.
      ocsp: createOcspClient(),
      crls: lists.length > 0 ? lists : fetchCrlSource(),
    },
    policy: 'standard-hard-fail',
  },
})
console.log(explain(verdict))
for (const { certificate: each, revocation } of verdict.revocation?.certificates ?? []) {
  const by = 'source' in revocation ? ` (${revocation.source})` : ''
  console.log(`${each.subject.toString()}: ${revocation.status}${by}`)
}
process.exitCode = verdict.ok ? 0 : 1

/** The certificates a server has shown, each with its issuer behind it; a root's issuer is itself. */
function chainOf(peer: DetailedPeerCertificate | undefined): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  for (let at = peer; at !== undefined && 'raw' in at; at = at.issuerCertificate) {
    chain.push(at.raw)
    if (at.issuerCertificate === at || chain.length > 10) break
  }
  return chain
}
