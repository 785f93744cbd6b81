/** Agreement with Node, @peculiar/x509 and pkijs, field by field, and the list of what certward refuses and they do not. */

import { describe, expect, it } from 'vitest'
import { type Certificate, parseCertificate, ParseError } from '../../src/index.js'
import { conformanceData } from '../support/conformance-data.js'
import { conformanceCorpus, type CorpusCertificate, rootCorpus, withFewBetterTls } from '../support/corpus.js'
import { extent } from '../support/extent.js'
import { disagreements, type Facts, factsOf } from './facts.js'
import { nodeFacts } from './node-facts.js'
import { peculiarFacts } from './peculiar-facts.js'
import { pkijsFacts } from './pkijs-facts.js'

/** How many of BetterTLS's certificates Node reads. */
const BETTERTLS = extent('CERTWARD_BETTERTLS', { all: 100_000, some: 1000 })

const directory = conformanceData('agreement with oracles on the conformance data')
const corpus = [...rootCorpus(), ...(directory === undefined ? [] : conformanceCorpus(directory))]
/** Of the others, oracles that take milliseconds a certificate read every so many. */
const STRIDE = extent('CERTWARD_COMPARE_STRIDE', { all: 1, some: 4 })
const fewer = withFewBetterTls(corpus, 1000).filter((_, index) => index % STRIDE === 0)

interface Refusal {
  /** Of one certificate, or of all that share the fault. */
  readonly id: string | RegExp
  readonly code: string
  /** The field, or the field it is part of. */
  readonly where: string
  /** How many; 1 for a single id. */
  readonly count?: number
  /** Why the certificate is malformed, and not this library at fault. */
  readonly rule: string
}

const betterTlsNames = /^limbo\/bettertls::nameconstraints::tc\d+\/peer$/

/** Certificates refused as a whole, though Node reads them. */
const refusedCertificates: readonly Refusal[] = [
  {
    id: /^pkits\/(BadSignedCACert|InvalidDSASignatureTest6EE)$/,
    count: 2,
    code: 'invalid-bit-string',
    where: 'Certificate.signatureValue',
    rule: 'RFC 5280 §4.1.1.3, RFC 3279 §2.2: a signature is whole octets. The spoilt signature of this test says 1 unused bit.',
  },
  {
    id: 'limbo/rfc5280::duplicate-extensions/peer',
    code: 'duplicate-extension',
    where: 'Certificate.extensions',
    rule: 'RFC 5280 §4.2: "A certificate MUST NOT include more than one instance of a particular extension."',
  },
]

/** Certificates read, of which one value does not decode, though oracles decode it or ignore it. */
const refusedValues: readonly Refusal[] = [
  {
    id: 'limbo/invalid::invalid-issuer-key/intermediate-0',
    code: 'truncated',
    where: 'subjectPublicKeyInfo',
    rule: 'RFC 3279 §2.3.1: the key is a SEQUENCE of modulus and exponent. This one is empty.',
  },
  {
    id: 'limbo/rfc5280::eku::ee-eku-empty/peer',
    code: 'truncated',
    where: 'extendedKeyUsage',
    rule: 'RFC 5280 §4.2.1.12: ExtKeyUsageSyntax is a SEQUENCE SIZE (1..MAX).',
  },
  {
    id: 'limbo/rfc5280::nc::invalid-ipv4-address/trusted-0',
    code: 'invalid-extension',
    where: 'nameConstraints',
    rule: 'RFC 5280 §4.2.1.10: an IPv4 subtree has eight octets, address and mask.',
  },
  {
    id: 'limbo/rfc5280::nc::nc-permits-invalid-ip-san/peer',
    code: 'invalid-extension',
    where: 'subjectAltName',
    rule: 'RFC 5280 §4.2.1.6: "the octet string MUST contain exactly four octets", or sixteen for IPv6.',
  },
  {
    id: betterTlsNames,
    count: 17,
    code: 'invalid-extension',
    where: 'subjectAltName',
    rule: 'RFC 5280 §4.2.1.6: as above. BetterTLS puts the text of a name in place of an address.',
  },
  {
    id: betterTlsNames,
    count: 251,
    code: 'unexpected-tag',
    where: 'subjectAltName',
    rule:
      'RFC 5280 §4.2.1.6: GeneralName is a CHOICE of [0] to [8], of which [0], [3], [4] and [5] are constructed ' +
      '(X.690 §8.14). BetterTLS tags plain text with these and with [9] to [15].',
  },
  {
    id: 'limbo/rfc5280::san::malformed/peer',
    code: 'unexpected-tag',
    where: 'subjectAltName',
    rule: 'RFC 5280 §4.2.1.6: SubjectAltName is GeneralNames, a SEQUENCE. This value is plain text.',
  },
  {
    id: 'limbo/rfc5280::root-inconsistent-ca-extensions/trusted-0',
    code: 'invalid-extension',
    where: 'keyUsage',
    rule: 'RFC 5280 §4.2.1.3: "at least one of the bits MUST be set to 1".',
  },
  {
    id: 'limbo/webpki::nc::intermediate-permitted-excluded-subtrees-both-null/intermediate-0',
    code: 'invalid-extension',
    where: 'nameConstraints',
    rule: 'RFC 5280 §4.2.1.10: "either the permittedSubtrees field or the excludedSubtrees MUST be present".',
  },
]

/** Where @peculiar/x509 is wrong, and how. */
const peculiarFaults: readonly { readonly line: RegExp; readonly fault: string }[] = [
  {
    line: /^limbo\/rfc5280::nc::nc-forbids-othername\/peer subjectAltName:/,
    fault: 'It leaves out an otherName of a form it does not know (RFC 5280 §4.2.1.6 has no such exception).',
  },
]

const parsed = new Map<CorpusCertificate, Certificate | ParseError>(
  corpus.map((one) => [one, valueOrError(() => parseCertificate(one.der))]),
)

function valueOrError<T>(read: () => T): T | ParseError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}

/** Errors of all that decodes late: extensions, key, signature algorithm. */
function lateErrors(certificate: Certificate): readonly ParseError[] {
  const others = [valueOrError(() => certificate.publicKey.key), valueOrError(() => certificate.signatureAlgorithm)]
  return [...certificate.extensionErrors, ...others.filter((one) => one instanceof ParseError)]
}

interface Found {
  readonly id: string
  readonly code: string
  readonly where: string
}

/** Asserts that `found` and `listed` are the same, each refusal with its code, place and number. */
function expectListed(found: readonly Found[], listed: readonly Refusal[]): void {
  const matches = (refusal: Refusal) => (one: Found) =>
    one.code === refusal.code &&
    `${one.where}.`.startsWith(`${refusal.where}.`) &&
    (typeof refusal.id === 'string' ? refusal.id === one.id : refusal.id.test(one.id))
  const unlisted = found.filter((one) => !listed.some((refusal) => matches(refusal)(one)))
  expect(unlisted, 'refusals without a rule').toEqual([])
  for (const refusal of listed) {
    expect(found.filter(matches(refusal)), `${String(refusal.id)}: ${refusal.rule}`).toHaveLength(refusal.count ?? 1)
  }
}

/** All disagreements over `certificates`, and what the oracle refuses though certward finds no fault with it. */
function compare(certificates: readonly CorpusCertificate[], oracle: (der: Uint8Array<ArrayBuffer>) => Facts) {
  const lines: string[] = []
  const refused: string[] = []
  for (const one of certificates) {
    const certificate = parsed.get(one)
    if (certificate === undefined || certificate instanceof ParseError) continue
    let theirs: Facts
    try {
      theirs = oracle(one.der)
    } catch (error) {
      // An oracle that decodes at once refuses as a whole what certward tells of one value.
      if (lateErrors(certificate).length === 0) refused.push(`${one.id}: ${String(error)}`)
      continue
    }
    lines.push(...disagreements(one.id, factsOf(certificate), theirs))
  }
  return { lines, refused }
}

/** No oracle refuses what certward reads; the lists of disagreements and of faults are the same. */
function expectAgreement(
  { lines, refused }: ReturnType<typeof compare>,
  faults: readonly { readonly line: RegExp; readonly fault: string }[] = [],
): void {
  expect(refused).toEqual([])
  expect(lines.filter((found) => !faults.some(({ line }) => line.test(found)))).toEqual([])
  if (directory === undefined || STRIDE > 1) return
  for (const { line, fault } of faults)
    expect(
      lines.filter((found) => line.test(found)),
      fault,
    ).toHaveLength(1)
}

// Seconds each on an idle machine; the limit is for a busy one.
describe('every root and every conformance certificate', { timeout: 120_000 }, () => {
  it('reads as node:crypto reads it, whose keys export to the same bytes (FMT-1)', () => {
    expectAgreement(compare(withFewBetterTls(corpus, BETTERTLS), nodeFacts))
  })

  it('reads as pkijs reads it, extension for extension (FMT-1)', () => {
    expectAgreement(compare(fewer, pkijsFacts))
  })

  it('reads as @peculiar/x509 reads it, extension for extension (FMT-1)', () => {
    expectAgreement(compare(fewer, peculiarFacts), peculiarFaults)
  })
})

describe.skipIf(directory === undefined)('what certward refuses and oracles accept', () => {
  it('is these certificates only, each malformed by a rule of its standard (FMT-3)', () => {
    const found = [...parsed].flatMap(([{ id }, error]) =>
      error instanceof ParseError ? [{ id, code: error.code, where: error.where }] : [],
    )
    expectListed(found, refusedCertificates)
  })

  it('is these extensions and keys only, each malformed by a rule of its standard (FMT-3)', () => {
    const found = [...parsed].flatMap(([{ id }, certificate]) =>
      certificate instanceof ParseError ? [] : lateErrors(certificate).map(({ code, where }) => ({ id, code, where })),
    )
    expectListed(found, refusedValues)
  })
})
