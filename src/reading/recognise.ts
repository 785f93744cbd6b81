// Tells by content what a file is (FMT-1): the forms this library reads, and the common ones it does not.

import { BerReader } from '../der/ber.js'
import * as tags from '../der/tags.js'

/** What a DER or BER structure looks like from its first few elements. */
export type BinaryKind =
  | 'certificate'
  | 'request'
  | 'crl'
  | 'pkcs7'
  | 'pkcs12'
  | 'private-key'
  | 'public-key'
  | 'ocsp-response'

/** Recognises a structure by its outline alone; `certificate` where nothing else fits, so that its reader says why. */
export function recogniseBinary(bytes: Uint8Array, depthLimit: number): BinaryKind {
  const outer = outline(bytes, 0, depthLimit)
  const [first, second, third] = outer.map(({ tag }) => tag)
  switch (first) {
    case tags.OBJECT_IDENTIFIER:
      return 'pkcs7'
    case tags.ENUMERATED:
      return 'ocsp-response'
    case tags.INTEGER:
      return recogniseVersioned(bytes, outer.at(1)?.start ?? 0, [second, third], depthLimit)
    default: {
      const inner = outline(bytes, outer.at(0)?.start ?? 0, depthLimit).map(({ tag }) => tag)
      return recogniseSequence(inner, second, outer.length)
    }
  }
}

/** INTEGER first: PKCS#12 wraps a ContentInfo, everything else with a version in front is a key. */
function recogniseVersioned(
  bytes: Uint8Array,
  secondStart: number,
  [second, third]: readonly (number | undefined)[],
  depthLimit: number,
): BinaryKind {
  if (second === tags.SEQUENCE) {
    const [type, content] = outline(bytes, secondStart, depthLimit)
    const isContentInfo = type?.tag === tags.OBJECT_IDENTIFIER && content?.tag === tags.contextConstructed(0)
    return isContentInfo && third !== tags.OCTET_STRING ? 'pkcs12' : 'private-key'
  }
  // RSAPublicKey is two INTEGERs and no more; private keys go on.
  return second === tags.INTEGER && third === undefined ? 'public-key' : 'private-key'
}

function recogniseSequence(inner: readonly number[], second: number | undefined, count: number): BinaryKind {
  if (inner[0] === tags.OBJECT_IDENTIFIER && count === 2) {
    return second === tags.OCTET_STRING ? 'private-key' : 'public-key'
  }
  const [first, ...rest] = inner
  const fields = first === tags.INTEGER ? rest : inner
  const isTime = fields[2] === tags.UTC_TIME || fields[2] === tags.GENERALIZED_TIME
  if (isTime && fields[0] === tags.SEQUENCE && fields[1] === tags.SEQUENCE) return 'crl'
  const isRequest = first === tags.INTEGER && rest[0] === tags.SEQUENCE && rest[1] === tags.SEQUENCE
  return isRequest && (rest[2] === undefined || rest[2] === tags.contextConstructed(0)) ? 'request' : 'certificate'
}

/** The first elements inside the structure at `start`; fewer, or none, where it is malformed. */
function outline(bytes: Uint8Array, start: number, depthLimit: number): { tag: number; start: number }[] {
  const elements: { tag: number; start: number }[] = []
  try {
    const reader = new BerReader(bytes, depthLimit, start).enter(tags.SEQUENCE, 'file')
    while (!reader.atEnd() && elements.length < 5) {
      elements.push({ tag: reader.peek(), start: reader.position })
      reader.next('file')
    }
  } catch {
    // Malformed from here on: what was seen decides, and the reader it leads to names the fault.
  }
  return elements
}

/** What a file that is neither DER nor PEM looks like, and what to do about it. */
export interface Lookalike {
  readonly what: string
  readonly remedy: string
}

const startsWith = (bytes: Uint8Array, ...prefix: readonly number[]): boolean =>
  prefix.every((byte, index) => bytes[index] === byte)

const binaryLookalikes: readonly { readonly prefix: readonly number[]; readonly found: Lookalike }[] = [
  { prefix: [0xff, 0xfe], found: { what: 'UTF-16 text', remedy: 'save it as UTF-8 or ASCII text' } },
  { prefix: [0xfe, 0xff], found: { what: 'UTF-16 text', remedy: 'save it as UTF-8 or ASCII text' } },
  {
    prefix: [0xfe, 0xed, 0xfe, 0xed],
    found: { what: 'a Java key store', remedy: 'export the certificate: keytool -exportcert -rfc -alias NAME -keystore FILE' },
  },
  { prefix: [0x50, 0x4b, 0x03, 0x04], found: { what: 'a ZIP archive', remedy: 'unpack it and give the certificate inside' } },
  { prefix: [0x1f, 0x8b], found: { what: 'a gzip archive', remedy: 'unpack it and give the certificate inside' } },
  { prefix: [0x25, 0x50, 0x44, 0x46], found: { what: 'a PDF document', remedy: 'ask for the certificate itself' } },
]

const EXPORT_REMEDY = 'export the certificate as PEM or DER'

/** Recognises common wrong files by their first bytes. `bytes` is neither DER nor a text with PEM blocks. */
export function recogniseLookalike(bytes: Uint8Array): Lookalike {
  for (const { prefix, found } of binaryLookalikes) {
    if (startsWith(bytes, ...prefix)) return found
  }
  const head = Array.from(bytes.subarray(0, 4096), (byte) => String.fromCharCode(byte)).join('')
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (/^.?\0.\0|^\0.\0./s.test(text)) {
    return { what: 'UTF-16 text', remedy: 'save it as UTF-8 or ASCII text' }
  }
  if (/^<(!doctype html|html|head|body)/i.test(text)) {
    return { what: 'an HTML page', remedy: 'the download gave a page, perhaps a log-in: fetch the certificate itself' }
  }
  if (text.startsWith('<')) return { what: 'XML', remedy: 'take the certificate out of the document' }
  if (/^(ssh-|ecdsa-sha2-|sk-)\S+ AAAA/.test(text)) {
    return { what: 'an OpenSSH public key', remedy: `OpenSSH keys are no X.509 certificates: ${EXPORT_REMEDY}` }
  }
  if (/^[{[]/.test(text)) return { what: 'JSON', remedy: 'take the certificate out of the document' }
  if (/^MI[A-Za-z0-9+/\s]{60,}/.test(text)) {
    const remedy = 'put it between the lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----'
    return { what: 'base64 without PEM lines around it', remedy }
  }
  if (/^[\t\n\r -~]*$/.test(text)) return { what: 'text without a PEM block', remedy: EXPORT_REMEDY }
  return { what: 'binary data of another kind', remedy: EXPORT_REMEDY }
}
