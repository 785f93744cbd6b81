// Tells by content what a file is (FMT-1): the forms this library reads, and the common ones it does not.

import { BerReader } from '../der/ber.js'
import * as tags from '../der/tags.js'

/** What a DER or BER structure looks like from its first few elements. */
export type BinaryKind =
  'certificate' | 'request' | 'crl' | 'pkcs7' | 'pkcs12' | 'private-key' | 'public-key' | 'ocsp-response'

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
type Lookalike = readonly [what: string, remedy: string]

const EXPORT = 'export the certificate as PEM or DER'

/** Common wrong files by how they start, bytes as Latin-1 characters; the first row that matches says it. */
const lookalikes: readonly (readonly [start: RegExp, ...Lookalike])[] = [
  [/^(\xff\xfe|\xfe\xff|[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/, 'UTF-16 text', 'save it as UTF-8 or ASCII text'],
  [/^\xfe\xed\xfe\xed/, 'a Java key store', 'export it: keytool -exportcert -rfc -alias NAME -keystore FILE'],
  [/^(PK\x03\x04|\x1f\x8b)/, 'a compressed archive', 'unpack it'],
  [/^<(!doctype html|html|head|body)/i, 'an HTML page', 'fetch the certificate itself'],
  [/^[<{[]/, 'an XML or JSON document', 'take the certificate out of it'],
  [/^(ssh-|ecdsa-sha2-|sk-)\S+ AAAA/, 'an OpenSSH public key', `it is no X.509 certificate: ${EXPORT}`],
  [/^MI[A-Za-z0-9+/\s]{60}/, 'base64 without PEM lines', 'add the lines BEGIN CERTIFICATE and END CERTIFICATE'],
  [/^[^\0-\x08\x0e-\x1f]*$/, 'text without a PEM block', EXPORT],
]

/** Recognises a wrong file by its first characters. `start` is neither DER nor does it hold PEM blocks. */
export function recogniseLookalike(start: string): Lookalike {
  const text = start.replace(/^(\xef\xbb\xbf|\ufeff)/, '').trimStart()
  const row = lookalikes.find(([pattern]) => pattern.test(text))
  return row === undefined ? ['binary data of another kind', EXPORT] : [row[1], row[2]]
}
