// What is installed and asked for, shown and handed out (LST-2, LST-3).

import type { CertificateRecord, Scope } from '../inventory/index.js'
import { writePem } from '../pem/index.js'
import { writePkcs7 } from '../pkcs7/index.js'
import { purposeOf } from '../purposes/index.js'
import { describe, parseCertificate } from '../x509/index.js'
import { knownChain } from './chain.js'
import { finding, isRefusal, type Refusal, refusal } from './outcome.js'
import type { Executor } from './executor.js'
import type { Surroundings } from './settings.js'
import type { State } from './state.js'
import { certificatesIn } from './trust-store.js'

/** One installed certificate, by its fingerprint. */
export interface CertificateReference extends Scope {
  /** Hex. */
  readonly sha256: string
}

/** `chain-…`: the certificate and those above it, the root included. */
export type DownloadFormat = 'pem' | 'der' | 'chain-pem' | 'chain-pkcs7'

export async function downloadCsr(
  executor: Executor,
  { node, purpose }: Scope,
  format: 'pem' | 'der',
): Promise<string | Uint8Array | Refusal> {
  const scope = { node, purpose }
  const request = executor.unknownPlace(scope) ?? (await executor.read([scope])).request(scope)
  if (request === undefined) {
    return refusal(finding('not-found', `no request is pending for ${purpose} on ${node}`, 'LST-3'))
  }
  if (isRefusal(request)) return request
  return format === 'der' ? request.der.slice() : writePem('CERTIFICATE REQUEST', request.der)
}

export async function show(executor: Executor, reference: CertificateReference): Promise<string | Refusal> {
  const found = await find(executor, reference)
  if (isRefusal(found)) return found
  const { node, purpose, kind, type, description, sha256, sha1, origin, mark } = found.record
  const lines = [
    `Purpose: ${purpose}`,
    `Usage: ${kind}`,
    `Node: ${node}`,
    `Type: ${type}, ${origin}${mark === undefined ? '' : `, ${mark}`}`,
    `Description: ${description}`,
    `SHA-256 fingerprint: ${sha256}`,
    `SHA-1 fingerprint: ${sha1}`,
  ]
  return `${lines.join('\n')}\n${describe(parseCertificate(found.record.der))}`
}

export async function download(
  { executor, surroundings }: { readonly executor: Executor; readonly surroundings: Surroundings },
  reference: CertificateReference,
  format: DownloadFormat,
): Promise<string | Uint8Array | Refusal> {
  const found = await find(executor, reference)
  if (isRefusal(found)) return found
  const { record } = found
  if (format === 'der') return record.der.slice()
  if (format === 'pem') return writePem('CERTIFICATE', record.der)
  const purpose = purposeOf(surroundings.context.catalogue, record.purpose)
  const scope = { node: record.node, purpose: purpose.usage === 'identity' ? purpose.trust : record.purpose }
  const certificate = parseCertificate(record.der)
  // Of an expired certificate, the chain it had.
  const at = new Date(Math.min(surroundings.now(), record.notAfter))
  const known = certificatesIn(await executor.read([scope]), scope)
  const chain = await knownChain(certificate, known, at, surroundings.context)
  return format === 'chain-pem'
    ? chain.map(({ der }) => writePem('CERTIFICATE', der)).join('')
    : writePem('PKCS7', writePkcs7({ certificates: chain }))
}

async function find(
  executor: Executor,
  { node, purpose, sha256 }: CertificateReference,
): Promise<{ readonly record: CertificateRecord; readonly state: State } | Refusal> {
  const scope = { node, purpose }
  const unknown = executor.unknownPlace(scope)
  if (unknown !== undefined) return unknown
  const state = await executor.read([scope])
  const wanted = sha256.toLowerCase()
  const record = state.certificates(scope).find((one) => one.sha256 === wanted)
  if (record !== undefined) return { record, state }
  const message = `${purpose} on ${node} holds no certificate with the fingerprint ${sha256}`
  return refusal(finding('not-found', message, 'LST-2'))
}
