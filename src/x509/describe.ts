// A certificate as readable text, in the layout of `openssl x509 -text -noout` (OpenSSL 3.0).

import { concatBytes, toHex } from '../base/bytes.js'
import { readOr } from '../base/errors.js'
import type { Certificate } from './certificate.js'
import { describeExtension } from './describe-extension.js'
import { formatTime } from './format-time.js'
import { formatPublicKey, type SubjectPublicKeyInfo } from './public-key.js'
import type { HashName, PssParameters, SignatureAlgorithm } from './signature-algorithm.js'
import { titleOf } from './titles.js'

/**
 * The whole certificate as text, laid out as `openssl x509 -text -noout` does, for people and for diffs. Never throws:
 * a malformed extension or key is shown as its error. Text from the certificate cannot forge a line: control characters
 * and marks that reorder text are escaped. The layout is stable within a major version.
 *
 * It differs from OpenSSL 3.0 in this: names inside extensions are in one-line form too; text is UTF-8 and decoded
 * wherever its type is known, other names and user notices included; IPv6 addresses are in RFC 5952 form; extensions
 * without a decoder stand under their OID, in hex; DSA signatures are bytes; keys OpenSSL cannot load are shown; a value
 * that could pass for two stands in quotes; no line is empty or ends in white space.
 *
 * @example
 * console.log(describe(certificateFrom(pem)))
 */
export function describe(certificate: Certificate): string {
  const { version } = certificate
  const [algorithm = '', ...parameters] = orMessage(() => certificate.signatureAlgorithm, signatureLines)
  const lines = [
    'Certificate:',
    '    Data:',
    `        Version: ${version} (0x${version - 1})`,
    ...serialNumber(certificate.serialNumberBytes),
    `        Signature Algorithm: ${algorithm}`,
    ...parameters,
    `        Issuer: ${certificate.issuer.toOneLine()}`,
    '        Validity',
    `            Not Before: ${formatTime(certificate.notBefore)}`,
    `            Not After : ${formatTime(certificate.notAfter)}`,
    `        Subject: ${certificate.subject.toOneLine()}`,
    '        Subject Public Key Info:',
    ...indent(12, publicKey(certificate.publicKey)),
    ...uniqueIdentifier('Issuer', certificate.issuerUniqueID),
    ...uniqueIdentifier('Subject', certificate.subjectUniqueID),
    ...extensions(certificate),
    `    Signature Algorithm: ${algorithm}`,
    '    Signature Value:',
    // Here too, where OpenSSL prints them.
    ...parameters,
    ...indent(8, hexLines(certificate.signatureValue, 18)),
  ]
  // Values that are all in being there, such as id-pkix-ocsp-nocheck, have lines without text.
  const shown = lines.map((line) => line.trimEnd()).filter((line) => line !== '')
  return `${shown.join('\n')}\n`
}

const indent = (spaces: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => ' '.repeat(spaces) + line)

/** Hex in lines of `width` bytes, colons between. */
function hexLines(bytes: Uint8Array, width: number): readonly string[] {
  const lines: string[] = []
  for (let i = 0; i < bytes.length; i += width) {
    lines.push(toHex(bytes.subarray(i, i + width), ':') + (i + width < bytes.length ? ':' : ''))
  }
  return lines
}

/** A number is shown in decimal where it fits 64 bits, as OpenSSL does; else as bytes. */
function serialNumber(content: Uint8Array): readonly string[] {
  const value = BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`))
  const magnitude = value < 0n ? -value : value
  const hex = magnitude.toString(16)
  if (content.length <= 8) {
    const sign = value < 0n ? '-' : ''
    return [`        Serial Number: ${sign}${magnitude} (${sign}0x${hex})`]
  }
  const pairs = (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/..(?=.)/g, '$&:')
  return ['        Serial Number:', value < 0n ? `             (Negative)${pairs}` : `            ${pairs}`]
}

/** `read()`, or the error's message in its place. */
function orMessage<T>(read: () => T, show: (value: T) => readonly string[]): readonly string[] {
  return readOr(
    () => show(read()),
    ({ message }) => [`malformed: ${message}`],
  )
}

/** The name, then the parameters of RSASSA-PSS, with the indentation OpenSSL gives them. */
function signatureLines({ name, oid, pss }: SignatureAlgorithm): readonly string[] {
  const title = titleOf(name ?? oid)
  if (pss === undefined) return [title]
  const { hash, maskHash, saltLength } = pss
  const standard = (isStandard: boolean): string => (isStandard ? ' (default)' : '')
  const salt = saltLength.toString(16).toUpperCase()
  return [
    title,
    `        Hash Algorithm: ${hash.replace('-', '')}${standard(hash === 'sha-1')}`,
    `        Mask Algorithm: mgf1 with ${maskHash.replace('-', '')}${standard(maskHash === 'sha-1')}`,
    `         Salt Length: 0x${salt.length % 2 === 0 ? salt : `0${salt}`}${standard(saltLength === 20)}`,
    '        Trailer Field: 0x01 (default)',
  ]
}

function publicKey(info: SubjectPublicKeyInfo): readonly string[] {
  const { algorithm } = info
  return [
    `Public Key Algorithm: ${titleOf(algorithm.name ?? algorithm.oid)}`,
    ...indent(
      4,
      orMessage(() => info, keyLines),
    ),
  ]
}

const number = (label: string, bytes: Uint8Array): readonly string[] => [`${label}:`, ...indent(4, hexLines(bytes, 15))]

/** OpenSSL shows integers with the sign byte DER gives them. */
const signed = (magnitude: Uint8Array): Uint8Array =>
  (magnitude[0] ?? 0) >= 0x80 ? concatBytes([Uint8Array.of(0), magnitude]) : magnitude

/** In decimal where it fits 64 bits, else as bytes: as OpenSSL does, and because digits take more than linear time. */
function exponent(value: bigint): readonly string[] {
  const hex = value.toString(16)
  if (hex.length <= 16) return [`Exponent: ${value} (0x${hex})`]
  const pairs = (hex.length % 2 === 0 ? hex : `0${hex}`).match(/../g) ?? []
  return number('Exponent', signed(Uint8Array.from(pairs, (pair) => parseInt(pair, 16))))
}

const curveTitles: Readonly<Record<string, readonly [bits: number, nist: boolean]>> = {
  'P-192': [192, true],
  'P-224': [224, true],
  'P-256': [256, true],
  'P-384': [384, true],
  'P-521': [521, true],
  secp256k1: [256, false],
  brainpoolP256r1: [256, false],
  brainpoolP384r1: [384, false],
  brainpoolP512r1: [512, false],
}

function keyLines(info: SubjectPublicKeyInfo): readonly string[] {
  const { key } = info
  switch (key.type) {
    case 'rsa':
    case 'rsa-pss': {
      const { publicExponent } = key
      return [
        `Public-Key: (${key.modulusLength} bit)`,
        ...number('Modulus', signed(key.modulus)),
        ...exponent(publicExponent),
        ...(key.type === 'rsa-pss' ? restrictions(key.pss) : []),
      ]
    }
    case 'ec': {
      const [bits, nist] = curveTitles[key.curve ?? ''] ?? [undefined, false]
      return [
        ...(bits === undefined ? [] : [`Public-Key: (${bits} bit)`]),
        ...number('pub', key.point),
        `ASN1 OID: ${titleOf(key.curve ?? key.curveOid)}`,
        ...(nist ? [`NIST CURVE: ${key.curve ?? ''}`] : []),
      ]
    }
    case 'ec-explicit':
      return [formatPublicKey(key), ...number('pub', key.point)]
    case 'dsa':
      return [
        key.modulusLength === undefined ? formatPublicKey(key) : `Public-Key: (${key.modulusLength} bit)`,
        ...number('pub', signed(key.publicValue)),
        ...(key.parameters === undefined ? [] : number('P', signed(key.parameters.p))),
        ...(key.parameters === undefined ? [] : number('Q', signed(key.parameters.q))),
        ...(key.parameters === undefined ? [] : number('G', signed(key.parameters.g))),
      ]
    case 'unknown':
      return number('pub', key.key)
    default:
      return [`${key.type.toUpperCase()} Public-Key:`, ...number('pub', key.key)]
  }
}

/** What an RSA-PSS key allows (RFC 4055 §3.3). */
function restrictions(pss: PssParameters | undefined): readonly string[] {
  if (pss === undefined) return ['No PSS parameter restrictions']
  const sha = (hash: HashName): string => (hash === 'sha-1' ? 'SHA1' : hash.replace('sha-', 'SHA2-'))
  const standard = (isStandard: boolean): string => (isStandard ? ' (default)' : '')
  return [
    'PSS parameter restrictions:',
    `  Hash Algorithm: ${sha(pss.hash)}${standard(pss.hash === 'sha-1')}`,
    `  Mask Algorithm: MGF1 with ${sha(pss.maskHash)}${standard(pss.maskHash === 'sha-1')}`,
    `  Minimum Salt Length: ${pss.saltLength}${standard(pss.saltLength === 20)}`,
    '  Trailer Field: 0x1 (default)',
  ]
}

function uniqueIdentifier(whose: string, bits: Uint8Array | undefined): readonly string[] {
  if (bits === undefined) return []
  const [first = '', ...rest] = hexLines(bits, 18)
  return [`        ${whose} Unique ID:             ${first}`, ...indent(12, rest)]
}

function extensions(certificate: Certificate): readonly string[] {
  if (certificate.extensions.length === 0) return []
  const lines = certificate.extensions.flatMap((extension) => {
    const title = titleOf(extension.name ?? extension.oid)
    const shown = orMessage(
      () => describeExtension(extension),
      (value) => value ?? hexLines(extension.bytes, 16),
    )
    return [`${title}:${extension.critical ? ' critical' : ''}`, ...indent(4, shown)]
  })
  return ['        X509v3 extensions:', ...indent(12, lines)]
}
