/** The certificates the oracle tests agree on: Node's roots and every certificate in the conformance data. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { gunzipSync } from 'node:zlib'

/** One certificate as it came, and where it came from. */
export interface CorpusCertificate {
  readonly suite: 'roots' | 'pkits' | 'limbo' | 'openssl-ocsp'
  /** `roots/17`, `pkits/GoodCACert`, `limbo/webpki::san::exact/peer`, `openssl-ocsp/D1_Cert_EE`; of several, the first. */
  readonly id: string
  readonly der: Uint8Array<ArrayBuffer>
}

interface LimboFile {
  readonly testcases: readonly {
    readonly id: string
    readonly trusted_certs: readonly string[]
    readonly untrusted_intermediates: readonly string[]
    readonly peer_certificate: string
  }[]
}

/** Every root Node carries. */
export function rootCorpus(): readonly CorpusCertificate[] {
  return rootCertificates.map((pem, index) => ({ suite: 'roots', id: `roots/${index}`, der: pemBytes(pem) }))
}

/** Every certificate of the conformance data in `directory`, each once, in an order that does not change. */
export function conformanceCorpus(directory: string): readonly CorpusCertificate[] {
  return withoutRepetition([...pkits(directory), ...limbo(directory), ...opensslOcsp(directory)])
}

/** Bytes of the first PEM block of `text`, decoded without the library under test. */
function pemBytes(text: string): Uint8Array<ArrayBuffer> {
  const body = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]
  if (body === undefined) throw new TypeError('expected a PEM block')
  return new Uint8Array(Buffer.from(body, 'base64'))
}

/** `corpus` with every n-th of BetterTLS's 15,000 certificates only, about `count`: they differ in names and order. */
export function withFewBetterTls(corpus: readonly CorpusCertificate[], count: number): readonly CorpusCertificate[] {
  const isBetterTls = ({ id }: CorpusCertificate): boolean => id.startsWith('limbo/bettertls::')
  const all = corpus.filter(isBetterTls)
  const step = Math.max(1, Math.floor(all.length / count))
  return [...corpus.filter((one) => !isBetterTls(one)), ...all.filter((_, index) => index % step === 0)]
}

function pkits(directory: string): readonly CorpusCertificate[] {
  const certificates = join(directory, 'pkits', 'certs')
  return filesIn(certificates, '.crt').map(({ name, bytes }) => ({ suite: 'pkits', id: `pkits/${name}`, der: bytes }))
}

function opensslOcsp(directory: string): readonly CorpusCertificate[] {
  return filesIn(join(directory, 'openssl-ocsp'), '.pem').map(({ name, bytes }) => ({
    suite: 'openssl-ocsp',
    id: `openssl-ocsp/${name}`,
    der: pemBytes(Buffer.from(bytes).toString('latin1')),
  }))
}

function limbo(directory: string): readonly CorpusCertificate[] {
  const text = gunzipSync(readFileSync(join(directory, 'limbo.json.gz'))).toString('utf8')
  const { testcases } = JSON.parse(text) as LimboFile
  const certificates: CorpusCertificate[] = []
  const seen = new Set<string>()
  const add = (id: string, pem: string): void => {
    if (seen.has(pem)) return
    seen.add(pem)
    certificates.push({ suite: 'limbo', id: `limbo/${id}`, der: pemBytes(pem) })
  }
  for (const { id, trusted_certs, untrusted_intermediates, peer_certificate } of testcases) {
    trusted_certs.forEach((pem, index) => add(`${id}/trusted-${index}`, pem))
    untrusted_intermediates.forEach((pem, index) => add(`${id}/intermediate-${index}`, pem))
    add(`${id}/peer`, peer_certificate)
  }
  return certificates
}

function filesIn(
  directory: string,
  extension: string,
): readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(extension))
    .sort()
    .map((file) => ({
      name: file.slice(0, -extension.length),
      bytes: new Uint8Array(readFileSync(join(directory, file))),
    }))
}

function withoutRepetition(certificates: readonly CorpusCertificate[]): readonly CorpusCertificate[] {
  const seen = new Set<string>()
  return certificates.filter(({ der }) => {
    const key = Buffer.from(der).toString('latin1')
    return !seen.has(key) && seen.add(key)
  })
}
