/** x509-limbo's cases: limbo.json, gzipped or not, of schema version 1 (limbo-schema.json next to the data). */

import { readManifest } from './files.js'
import {
  checkCases,
  count,
  dottedIdentifier,
  eitherOf,
  instant,
  listOf,
  ManifestError,
  matching,
  object,
  oneOf,
  optional,
  text,
  withDefault,
  type Shape,
} from './shape.js'

export interface LimboPeerName {
  readonly kind: 'RFC822' | 'DNS' | 'IP'
  readonly value: string
}

/** Certificates and CRLs are PEM text. */
export interface LimboCase {
  readonly id: string
  readonly accept: boolean
  readonly description: string
  /** Optional behaviour the case asks for, such as `pedantic-webpki-eku`. */
  readonly features: readonly string[]
  readonly conflictsWith: readonly string[]
  /** SERVER: the peer is a server, named by `expectedPeerName`. CLIENT: a client, named by `expectedPeerNames`. */
  readonly validationKind: 'CLIENT' | 'SERVER'
  readonly trustedCertificates: readonly string[]
  readonly untrustedIntermediates: readonly string[]
  readonly peerCertificate: string
  /** Undefined: the time of the run. */
  readonly at: Date | undefined
  readonly signatureAlgorithms: readonly string[]
  readonly keyUsage: readonly string[]
  readonly extendedKeyUsage: readonly string[]
  readonly expectedPeerName: LimboPeerName | undefined
  readonly expectedPeerNames: readonly LimboPeerName[]
  /** The most intermediates a path may have. */
  readonly maxChainDepth: number | undefined
  readonly crls: readonly string[]
}

interface WrittenCase {
  id: string
  conflicts_with: readonly string[]
  features: readonly string[]
  description: string
  validation_kind: 'CLIENT' | 'SERVER'
  trusted_certs: readonly string[]
  untrusted_intermediates: readonly string[]
  peer_certificate: string
  validation_time: Date | undefined
  signature_algorithms: readonly string[]
  key_usage: readonly string[]
  extended_key_usage: readonly string[]
  expected_result: 'SUCCESS' | 'FAILURE'
  expected_peer_name: LimboPeerName | undefined
  expected_peer_names: readonly LimboPeerName[]
  max_chain_depth: number | undefined
  crls: readonly string[]
}

const caseId = matching(/^(?:[A-Za-z][A-Za-z0-9-.]+::)*[A-Za-z][A-Za-z0-9-.]+$/, 'a case id')
const certificate = matching(/^\s*-----BEGIN CERTIFICATE-----/, 'a certificate in PEM')
const crl = matching(/^\s*-----BEGIN X509 CRL-----/, 'a CRL in PEM')
const peerName: Shape<LimboPeerName> = object<LimboPeerName>({ kind: oneOf('RFC822', 'DNS', 'IP'), value: text })

const writtenCase = object<WrittenCase>({
  id: caseId,
  conflicts_with: withDefault(listOf(caseId), []),
  features: withDefault(listOf(text), []),
  description: text,
  validation_kind: oneOf('CLIENT', 'SERVER'),
  trusted_certs: listOf(certificate),
  untrusted_intermediates: listOf(certificate),
  peer_certificate: certificate,
  validation_time: optional(instant),
  signature_algorithms: listOf(text),
  key_usage: listOf(
    oneOf(
      'digitalSignature',
      'contentCommitment',
      'keyEncipherment',
      'dataEncipherment',
      'keyAgreement',
      'keyCertSign',
      'cRLSign',
      'encipherOnly',
      'decipherOnly',
    ),
  ),
  extended_key_usage: listOf(
    eitherOf(
      dottedIdentifier,
      oneOf(
        'anyExtendedKeyUsage',
        'serverAuth',
        'clientAuth',
        'codeSigning',
        'emailProtection',
        'timeStamping',
        'OCSPSigning',
      ),
    ),
  ),
  expected_result: oneOf('SUCCESS', 'FAILURE'),
  expected_peer_name: optional(peerName),
  expected_peer_names: listOf(peerName),
  max_chain_depth: optional(count),
  crls: withDefault(listOf(crl), []),
})

const limbo = object<{ version: unknown; testcases: readonly WrittenCase[] }>({
  version: (value, place) => {
    if (value !== 1) throw new ManifestError(`${place}: expected 1, the only schema version read here`)
    return value
  },
  testcases: listOf(writtenCase),
})

/** Reads limbo.json or limbo.json.gz, or a directory that holds one; throws a ManifestError on any other shape. */
export function loadLimbo(path: string): readonly LimboCase[] {
  const { name, content } = readManifest(path, ['limbo.json', 'limbo.json.gz'])
  const cases = limbo(content, name).testcases.map(limboCase)
  checkCases(cases, name)
  return cases
}

function limboCase(written: WrittenCase): LimboCase {
  return {
    id: written.id,
    accept: written.expected_result === 'SUCCESS',
    description: written.description,
    features: written.features,
    conflictsWith: written.conflicts_with,
    validationKind: written.validation_kind,
    trustedCertificates: written.trusted_certs,
    untrustedIntermediates: written.untrusted_intermediates,
    peerCertificate: written.peer_certificate,
    at: written.validation_time,
    signatureAlgorithms: written.signature_algorithms,
    keyUsage: written.key_usage,
    extendedKeyUsage: written.extended_key_usage,
    expectedPeerName: written.expected_peer_name,
    expectedPeerNames: written.expected_peer_names,
    maxChainDepth: written.max_chain_depth,
    crls: written.crls,
  }
}
