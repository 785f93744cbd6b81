// Certificates and CRLs out of a PKCS#7/CMS SignedData (RFC 5652 §5.1). The frame may be BER, as CA products write it;
// the certificates inside are strict DER. Signatures of the message itself are not looked at.

import type { Der } from '../base/brands.js'
import { plainBytes } from '../base/bytes.js'
import { fail, rethrowFrom } from '../base/errors.js'
import { checkCount, type ReadLimits, resolveReadLimits } from '../base/limits.js'
import { BerReader } from '../der/ber.js'
import { checkObjectIdentifier } from '../der/object-identifier.js'
import { DerReader } from '../der/reader.js'
import { contextConstructed } from '../der/tags.js'
import * as tags from '../der/tags.js'
import { skipAlgorithmIdentifier } from '../x509/algorithm-identifier.js'
import { Certificate } from '../x509/certificate.js'
import { skipName } from '../x509/name.js'
import { identifierAt } from '../x509/object-identifiers.js'

/** What a PKCS#7 file carries besides its message. */
export interface CertificateBundle {
  /** In the file's order, which PKCS#7 gives no meaning: the leaf may stand anywhere. */
  readonly certificates: readonly Certificate[]
  /** DER of each CRL, well-formed, otherwise unread. */
  readonly crls: readonly Der<'CertificateList'>[]
  /** How the frame was encoded; the certificates are DER in either case. */
  readonly encoding: 'der' | 'ber'
  /** Attribute certificates and other forms, which are stepped over. */
  readonly otherCertificateCount: number
}

const SIGNED_DATA = 'ContentInfo.content'

/**
 * Reads the certificates and CRLs of a PKCS#7 or CMS SignedData, DER or BER: certs-only bundles (`.p7b`, `.p7c`) and
 * signed messages alike. That a bundle parses says nothing about the trust its certificates deserve.
 *
 * @param input the structure's bytes, not PEM; certificates are views on them
 * @throws ParseError with code `unsupported-content-type` for other CMS types, naming the type; a DER code for a malformed
 * certificate or CRL, naming it by its place in the bundle, from 1; `limit-exceeded`
 */
export function readPkcs7(input: Uint8Array, limits?: Partial<ReadLimits>): CertificateBundle {
  const resolved = resolveReadLimits(limits)
  const bytes = plainBytes(input)
  const file = new BerReader(bytes, resolved.derDepth)
  const contentInfo = file.enter(tags.SEQUENCE, 'ContentInfo')
  file.finish('ContentInfo')
  requireSignedData(contentInfo)
  const content = contentInfo.enter(contextConstructed(0), SIGNED_DATA)
  contentInfo.finish('ContentInfo')
  const signedData = content.enter(tags.SEQUENCE, SIGNED_DATA)
  content.finish(SIGNED_DATA)

  signedData.expect(tags.INTEGER, 'SignedData.version')
  signedData.expect(tags.SET, 'SignedData.digestAlgorithms')
  signedData.expect(tags.SEQUENCE, 'SignedData.encapContentInfo')
  // RFC 5652 §10.2.2: other certificates stand under [0] to [3]. §10.2.1: other revocation formats stand under [1].
  const certificates: Certificate[] = []
  const others = readChoices(signedData, 0, [0, 1, 2, 3], resolved, (start, end) => {
    certificates.push(new Certificate(bytes, start, end, resolved))
  })
  const crls: Der<'CertificateList'>[] = []
  readChoices(signedData, 1, [1], resolved, (start, end) => {
    crls.push(readCrl(bytes.subarray(start, end), resolved))
  })
  signedData.expect(tags.SET, 'SignedData.signerInfos')
  signedData.finish('SignedData')
  return { certificates, crls, encoding: file.seen.ber ? 'ber' : 'der', otherCertificateCount: others }
}

/**
 * Reads `[number]`, a SET OF CHOICE, where it is present: SEQUENCEs, which `read` is given the ranges of, and the `others`,
 * which are stepped over. Returns how many of these there are.
 */
function readChoices(
  signedData: BerReader,
  number: 0 | 1,
  others: readonly number[],
  limits: ReadLimits,
  read: (start: number, end: number) => void,
): number {
  if (signedData.peek() !== contextConstructed(number)) return 0
  const where = number === 0 ? 'SignedData.certificates' : 'SignedData.crls'
  const set = signedData.enter(contextConstructed(number), where)
  let otherCount = 0
  for (let count = 1; !set.atEnd(); count++) {
    checkCount(count - 1, limits)
    const tag = set.peek()
    if (others.some((other) => tag === contextConstructed(other))) {
      set.next(where)
      otherCount++
      continue
    }
    const { start, end } = set.expect(tags.SEQUENCE, where)
    try {
      read(start, end)
    } catch (error) {
      rethrowFrom(error, `${where} ${count}`, start)
    }
  }
  return otherCount
}

function requireSignedData(contentInfo: BerReader): void {
  const { contentStart, contentEnd } = contentInfo.expect(tags.OBJECT_IDENTIFIER, 'ContentInfo.contentType')
  checkObjectIdentifier(contentInfo.bytes, contentStart, contentEnd, 'ContentInfo.contentType', contentStart)
  const { oid, name = oid } = identifierAt(contentInfo.bytes, contentStart, contentEnd)
  if (name === 'signedData') return
  fail(
    'unsupported-content-type',
    'ContentInfo.contentType',
    contentStart,
    'signedData, the type that carries certificates',
    name,
  )
}

/** Checks the outline of a CertificateList (RFC 5280 §5.1) and that the rest is DER. What it says is for its reader. */
export function readCrl(der: Uint8Array, limits: ReadLimits): Der<'CertificateList'> {
  const reader = new DerReader(der, 'CertificateList', 0, der.length, 0, limits.derDepth)
  const listEnd = reader.enter(tags.SEQUENCE)
  const tbsEnd = reader.enter(tags.SEQUENCE)
  if (reader.peek() === tags.INTEGER) reader.skipInteger()
  skipAlgorithmIdentifier(reader)
  skipName(reader)
  reader.skipTime()
  while (!reader.atEnd()) reader.skipAny()
  reader.leave(tbsEnd)
  skipAlgorithmIdentifier(reader)
  reader.skipBitString()
  reader.leave(listEnd)
  reader.finish()
  return der as Der<'CertificateList'>
}
