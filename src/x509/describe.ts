// A certificate as readable text, in the layout of `openssl x509 -text -noout` (OpenSSL 3.0).

import { toHex } from '../base/bytes.js'
import { ParseError } from '../base/errors.js'
import type { Certificate } from './certificate.js'
import { describeExtension } from './describe-extension.js'
import { formatPublicKey, type SubjectPublicKeyInfo } from './public-key.js'
import type { SignatureAlgorithm } from './signature-algorithm.js'
import { titleOf } from './titles.js'

/**
 * The whole certificate as text, laid out as `openssl x509 -text -noout` does, for people and for diffs. Never throws:
 * a malformed extension or key is shown as its error, with the bytes in hex. The layout is stable within a major
 * version; differences from OpenSSL 3.0 are that names inside extensions are in one-line form too, that text is UTF-8,
 * and that no line ends in white space.
 *
 * @example
 * console.log(describe(certificateFrom(pem)))
 */
export function describe(certificate: Certificate): string {
  const { version } = certificate
  const lines = [
    'Certificate:',
    '    Data:',
    `        Version: ${version} (0x${version - 1})`,
    ...serialNumber(certificate.serialNumberBytes),
    ...indent(4, signatureAlgorithm(certificate)),
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
    ...signatureAlgorithm(certificate),
    '    Signature Value:',
    ...indent(8, hexLines(certificate.signatureValue, 18)),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
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
  const negative = (content[0] ?? 0) >= 0x80
  const value = content.length <= 8 ? BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`)) : undefined
  if (value !== undefined) {
    const sign = negative ? '-' : ''
    const magnitude = value < 0n ? -value : value
    return [`        Serial Number: ${sign}${magnitude} (${sign}0x${magnitude.toString(16)})`]
  }
  const bytes = content[0] === 0 ? content.subarray(1) : content
  return ['        Serial Number:', `            ${toHex(bytes, ':')}`]
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Aug  4 09:05:02 2012 GMT`. */
export function formatTime(time: Date): string {
  const clock = time.toISOString().slice(-13, -5)
  const day = String(time.getUTCDate()).padStart(2)
  return `${months[time.getUTCMonth()] ?? ''} ${day} ${clock} ${time.getUTCFullYear()} GMT`
}

/** `read()`, or the error's message in its place. */
function orMessage<T>(read: () => T, show: (value: T) => readonly string[]): readonly string[] {
  try {
    return show(read())
  } catch (error) {
    if (error instanceof ParseError) return [`malformed: ${error.message}`]
    throw error
  }
}

function signatureAlgorithm(certificate: Certificate): readonly string[] {
  const show = ({ name, oid, pss }: SignatureAlgorithm): readonly string[] => [
    `    Signature Algorithm: ${titleOf(name ?? oid)}`,
    ...(pss === undefined
      ? []
      : [
          `        Hash Algorithm: ${pss.hash.replace('-', '')}`,
          `        Mask Algorithm: mgf1 with ${pss.maskHash.replace('-', '')}`,
          `        Salt Length: 0x${pss.saltLength.toString(16).toUpperCase().padStart(2, '0')}`,
          '        Trailer Field: 0x01',
        ]),
  ]
  return orMessage(() => certificate.signatureAlgorithm, show)
}

function publicKey(info: SubjectPublicKeyInfo): readonly string[] {
  const { algorithm } = info
  const title = `Public Key Algorithm: ${titleOf(algorithm.name ?? algorithm.oid)}`
  return [
    title,
    ...indent(
      4,
      orMessage(
        () => keyLines(info),
        (lines) => lines,
      ),
    ),
  ]
}

const number = (label: string, bytes: Uint8Array): readonly string[] => [`${label}:`, ...indent(4, hexLines(bytes, 15))]

/** OpenSSL shows integers with the sign byte DER gives them. */
const signed = (magnitude: Uint8Array): Uint8Array =>
  (magnitude[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...magnitude) : magnitude

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
        `Exponent: ${publicExponent} (0x${publicExponent.toString(16)})`,
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
      return [formatPublicKey(key), ...number('pub', signed(key.publicValue))]
    case 'unknown':
      return number('pub', key.key)
    default:
      return [`${key.type.toUpperCase()} Public-Key:`, ...number('pub', key.key)]
  }
}

function uniqueIdentifier(whose: string, bits: Uint8Array | undefined): readonly string[] {
  return bits === undefined ? [] : [`        ${whose} Unique ID:`, ...indent(12, hexLines(bits, 18))]
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
