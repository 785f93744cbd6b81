// The policy extensions: certificatePolicies (RFC 5280 §4.2.1.4), policyMappings (§4.2.1.5), policyConstraints
// (§4.2.1.11), inhibitAnyPolicy (§4.2.1.14).

import type { DerReader } from '../../der/reader.js'
import { context } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { identifierText, knownIdentifier } from '../object-identifiers.js'
import { readText } from '../string-types.js'

export type PolicyQualifier =
  | { readonly type: 'cps'; readonly uri: string }
  | {
      readonly type: 'userNotice'
      readonly noticeRef: { readonly organization: string; readonly noticeNumbers: readonly string[] } | undefined
      readonly explicitText: string | undefined
    }
  | { readonly type: 'unknown'; readonly oid: string; readonly value: Uint8Array }

export interface PolicyInformation {
  /** OID; 2.5.29.32.0 is anyPolicy. */
  readonly policyIdentifier: string
  readonly policyQualifiers: readonly PolicyQualifier[]
}

export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export interface PolicyConstraints {
  /** Certificates after which a policy must be explicit; undefined where the field is absent. */
  readonly requireExplicitPolicy: number | undefined
  /** Certificates after which mapping is no longer permitted; undefined where the field is absent. */
  readonly inhibitPolicyMapping: number | undefined
}

export function readCertificatePolicies(reader: DerReader, where: string): readonly PolicyInformation[] {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const policies: PolicyInformation[] = []
  const seen = new Set<string>()
  do {
    const start = reader.position
    const policy = readPolicyInformation(reader, where)
    // §4.2.1.4: "A certificate policy OID MUST NOT appear more than once".
    if (seen.has(policy.policyIdentifier)) {
      reader.fail('invalid-extension', where, start, 'each policy once', `${policy.policyIdentifier} again`)
    }
    seen.add(policy.policyIdentifier)
    policies.push(policy)
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return policies
}

function readIdentifier(reader: DerReader, where: string): string {
  reader.skipObjectIdentifier(where)
  return identifierText(reader.bytes, reader.contentStart, reader.position)
}

function readPolicyInformation(reader: DerReader, where: string): PolicyInformation {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const policyIdentifier = readIdentifier(reader, `${where}.policyIdentifier`)
  const policyQualifiers: PolicyQualifier[] = []
  if (!reader.atEnd()) {
    const field = `${where}.policyQualifiers`
    const qualifiersEnd = reader.enter(tags.SEQUENCE, field)
    do {
      policyQualifiers.push(readQualifier(reader, field))
    } while (!reader.atEnd())
    reader.leave(qualifiersEnd, field)
  }
  reader.leave(outerEnd, where)
  return { policyIdentifier, policyQualifiers }
}

function readQualifier(reader: DerReader, where: string): PolicyQualifier {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const oid = readIdentifier(reader, where)
  const qualifier = readQualifierValue(reader, oid, where)
  reader.leave(outerEnd, where)
  return qualifier
}

function readQualifierValue(reader: DerReader, oid: string, where: string): PolicyQualifier {
  switch (knownIdentifier(oid)?.name) {
    case 'cps':
      return { type: 'cps', uri: readText(reader, `${where}.cPSuri`, [tags.IA5_STRING]) }
    case 'userNotice':
      return readUserNotice(reader, `${where}.userNotice`)
    default: {
      const start = reader.position
      reader.skipAny(where)
      return { type: 'unknown', oid, value: reader.bytes.subarray(start, reader.position) }
    }
  }
}

const DISPLAY_TEXT = [tags.UTF8_STRING, tags.IA5_STRING, tags.VISIBLE_STRING, tags.BMP_STRING]

function readUserNotice(reader: DerReader, where: string): PolicyQualifier {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  let noticeRef: { organization: string; noticeNumbers: readonly string[] } | undefined
  if (reader.peek() === tags.SEQUENCE) {
    const field = `${where}.noticeRef`
    const referenceEnd = reader.enter(tags.SEQUENCE, field)
    const organization = readText(reader, `${field}.organization`, DISPLAY_TEXT)
    const numbersEnd = reader.enter(tags.SEQUENCE, `${field}.noticeNumbers`)
    const noticeNumbers: string[] = []
    while (!reader.atEnd()) noticeNumbers.push(readIntegerText(reader, `${field}.noticeNumbers`))
    reader.leave(numbersEnd, `${field}.noticeNumbers`)
    reader.leave(referenceEnd, field)
    noticeRef = { organization, noticeNumbers }
  }
  const explicitText = reader.atEnd() ? undefined : readText(reader, `${where}.explicitText`, DISPLAY_TEXT)
  reader.leave(outerEnd, where)
  return { type: 'userNotice', noticeRef, explicitText }
}

/** Notice numbers have no bound; they are only ever shown. */
function readIntegerText(reader: DerReader, where: string): string {
  reader.skipInteger(where)
  let value = 0n
  for (let i = reader.contentStart; i < Math.min(reader.position, reader.contentStart + 32); i++) {
    value = (value << 8n) | BigInt(reader.bytes[i] ?? 0)
  }
  return String(BigInt.asIntN((reader.position - reader.contentStart) * 8, value))
}

export function readPolicyMappings(reader: DerReader, where: string): readonly PolicyMapping[] {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  const mappings: PolicyMapping[] = []
  do {
    const mappingEnd = reader.enter(tags.SEQUENCE, where)
    const issuerDomainPolicy = readIdentifier(reader, `${where}.issuerDomainPolicy`)
    const subjectDomainPolicy = readIdentifier(reader, `${where}.subjectDomainPolicy`)
    reader.leave(mappingEnd, where)
    mappings.push({ issuerDomainPolicy, subjectDomainPolicy })
  } while (!reader.atEnd())
  reader.leave(outerEnd, where)
  return mappings
}

export function readPolicyConstraints(reader: DerReader, where: string): PolicyConstraints {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  // §4.2.1.11: "Conforming CAs MUST NOT issue certificates where policy constraints is an empty sequence."
  if (reader.atEnd()) {
    reader.fail('invalid-extension', where, reader.position, 'requireExplicitPolicy, inhibitPolicyMapping or both', 'neither')
  }
  const requireExplicitPolicy = readSkipCerts(reader, 0, `${where}.requireExplicitPolicy`)
  const inhibitPolicyMapping = readSkipCerts(reader, 1, `${where}.inhibitPolicyMapping`)
  reader.leave(outerEnd, where)
  return { requireExplicitPolicy, inhibitPolicyMapping }
}

function readSkipCerts(reader: DerReader, number: number, where: string): number | undefined {
  return reader.peek() === context(number) ? reader.readUnsigned(where, undefined, context(number)) : undefined
}

/** How many certificates may follow before anyPolicy no longer matches. */
export function readInhibitAnyPolicy(reader: DerReader, where: string): number {
  return reader.readUnsigned(where)
}
