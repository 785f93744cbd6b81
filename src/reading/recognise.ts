// Tells by content what a file is (FMT-1): the forms this library reads, and the common ones it does not.

import { BerReader } from '../der/ber.js'
import * as tags from '../der/tags.js'

/** What a DER or BER structure looks like from its first few elements. What is not read here is named for messages. */
export type BinaryKind =
  'certificate' | 'request' | 'crl' | 'pkcs7' | 'a PKCS#12 file' | 'private-key' | 'a public key' | 'an OCSP response'

/** Recognises a structure by its outline alone; undefined where nothing fits. */
export function recogniseBinary(bytes: Uint8Array, depthLimit: number): BinaryKind | undefined {
  const outer = outline(bytes, 0, depthLimit)
  const [first, second, third] = outer.map(({ tag }) => tag)
  const innerOf = (index: number): readonly number[] =>
    outline(bytes, outer[index]?.start ?? 0, depthLimit).map(({ tag }) => tag)
  switch (first) {
    case tags.OBJECT_IDENTIFIER:
      return 'pkcs7'
    case tags.ENUMERATED:
      return 'an OCSP response'
    case tags.INTEGER:
      // A version. PKCS#8 and SEC1 hold their key in an OCTET STRING, PKCS#1 in INTEGERs; PKCS#12 wraps a ContentInfo.
      if (second === tags.OCTET_STRING || third === tags.OCTET_STRING) return 'private-key'
      if (second === tags.INTEGER) return third === undefined ? 'a public key' : 'private-key'
      return second === tags.SEQUENCE && innerOf(1)[0] === tags.OBJECT_IDENTIFIER ? 'a PKCS#12 file' : undefined
    case tags.SEQUENCE:
      return recogniseSequence(innerOf(0), second, outer.length)
    default:
      return undefined
  }
}

function recogniseSequence(
  inner: readonly number[],
  second: number | undefined,
  count: number,
): BinaryKind | undefined {
  // An algorithm, then a key: in an OCTET STRING where it is encrypted, in a BIT STRING where it is public.
  if (inner[0] === tags.OBJECT_IDENTIFIER && count === 2) {
    return second === tags.OCTET_STRING ? 'private-key' : 'a public key'
  }
  if (second !== tags.SEQUENCE) return undefined
  const fields = inner[0] === tags.INTEGER ? inner.slice(1) : inner
  const isTime = fields[2] === tags.UTC_TIME || fields[2] === tags.GENERALIZED_TIME
  if (isTime) return 'crl'
  const isRequest = fields !== inner && (fields[2] === undefined || fields[2] === tags.contextConstructed(0))
  return isRequest ? 'request' : 'certificate'
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
type Lookalike = readonly [what: string, remedy: string]

const EXPORT = 'export the certificate as PEM or DER'

/** Common wrong files by how they start, bytes as Latin-1 characters; the first row that matches says it. */
const lookalikes: readonly (readonly [start: RegExp, ...Lookalike])[] = [
  [/^(\xff\xfe|\xfe\xff|[ -~]\0[ -~]\0|\0[ -~]\0[ -~])/, 'UTF-16 text', 'save it as UTF-8 or ASCII text'],
  [/^(\xfe\xed\xfe\xed|\xce{4})/, 'a Java key store', 'export it: keytool -exportcert -rfc -alias NAME -keystore FILE'],
  [/^(PK\x03\x04|\x1f\x8b)/, 'a compressed archive', 'unpack it'],
  [/^<(!doctype html|html|head|body)/i, 'an HTML page', 'fetch the certificate itself'],
  [/^[<{[]/, 'an XML or JSON document', 'take the certificate out of it'],
  [/^(ssh-|ecdsa-sha2-|sk-)\S+ AAAA/, 'an OpenSSH public key', `it is no X.509 certificate: ${EXPORT}`],
  [/^(PuTTY-User-Key|---- BEGIN SSH2 ENC)/, 'a private key', 'give the certificate'],
  [/^MI[A-Za-z0-9+/\s]{60}/, 'base64 without PEM lines', 'add the BEGIN and END lines of its kind'],
  [/^[^\0-\x08\x0e-\x1f]*$/, 'text without a PEM block', EXPORT],
]

/** Recognises a wrong file by its first characters. `start` is neither DER nor does it hold PEM blocks. */
export function recogniseLookalike(start: string): Lookalike {
  const text = start.replace(/^(\xef\xbb\xbf|\ufeff)/, '').trimStart()
  const row = lookalikes.find(([pattern]) => pattern.test(text))
  return row === undefined ? ['binary data of another kind', EXPORT] : [row[1], row[2]]
}
