// The policy extensions: certificatePolicies (RFC 5280 §4.2.1.4), policyMappings (§4.2.1.5), policyConstraints
// (§4.2.1.11), inhibitAnyPolicy (§4.2.1.14).

import type { DerReader } from '../../der/reader.js'
import { readSequenceOf } from '../../der/sequence-of.js'
import { context } from '../../der/tags.js'
import * as tags from '../../der/tags.js'
import { type Identifier, readIdentifier } from '../object-identifiers.js'
import { readText } from '../string-types.js'

/** What is said about a policy: where its practice statement is, a notice for users, or something else (RFC 5280 §4.2.1.4). */
export type PolicyQualifier =
  | { readonly type: 'cps'; readonly uri: string }
  | {
      readonly type: 'userNotice'
      readonly noticeRef: { readonly organization: string; readonly noticeNumbers: readonly number[] } | undefined
      readonly explicitText: string | undefined
    }
  | { readonly type: 'unknown'; readonly oid: string; readonly value: Uint8Array }

/** A policy the certificate was issued under, with what is said about it (RFC 5280 §4.2.1.4). */
export interface PolicyInformation {
  /** OID; 2.5.29.32.0 is anyPolicy. */
  readonly policyIdentifier: string
  readonly policyQualifiers: readonly PolicyQualifier[]
}

/** A policy of the issuer that a policy of the subject stands for (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

/** How many certificates on, a policy is required or mapping ends (RFC 5280 §4.2.1.11). */
export interface PolicyConstraints {
  /** Certificates after which a policy must be explicit; undefined where the field is absent. */
  readonly requireExplicitPolicy: number | undefined
  /** Certificates after which mapping is no longer permitted; undefined where the field is absent. */
  readonly inhibitPolicyMapping: number | undefined
}

export function readCertificatePolicies(reader: DerReader): readonly PolicyInformation[] {
  const start = reader.position
  const policies = readSequenceOf(reader, readPolicyInformation)
  // §4.2.1.4: "A certificate policy OID MUST NOT appear more than once".
  if (policies.length > 1 && new Set(policies.map(({ policyIdentifier }) => policyIdentifier)).size < policies.length)
    reader.fail('invalid-extension', start, 'each policy once', 'one again')
  return policies
}

function readPolicyInformation(reader: DerReader): PolicyInformation {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const { oid: policyIdentifier } = readIdentifier(reader)
  const policyQualifiers = reader.atEnd() ? [] : readSequenceOf(reader, readQualifier)
  reader.leave(outerEnd)
  return { policyIdentifier, policyQualifiers }
}

function readQualifier(reader: DerReader): PolicyQualifier {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const qualifier = readQualifierValue(reader, readIdentifier(reader))
  reader.leave(outerEnd)
  return qualifier
}

function readQualifierValue(reader: DerReader, { oid, name }: Identifier): PolicyQualifier {
  switch (name) {
    case 'cps':
      return { type: 'cps', uri: readText(reader, [tags.IA5_STRING]) }
    case 'userNotice':
      return readUserNotice(reader)
    default: {
      const start = reader.position
      reader.skipAny()
      return { type: 'unknown', oid, value: reader.bytes.subarray(start, reader.position) }
    }
  }
}

const DISPLAY_TEXT = [tags.UTF8_STRING, tags.IA5_STRING, tags.VISIBLE_STRING, tags.BMP_STRING]

function readUserNotice(reader: DerReader): PolicyQualifier {
  const outerEnd = reader.enter(tags.SEQUENCE)
  let noticeRef: { organization: string; noticeNumbers: readonly number[] } | undefined
  if (reader.peek() === tags.SEQUENCE) {
    const referenceEnd = reader.enter(tags.SEQUENCE)
    const organization = readText(reader, DISPLAY_TEXT)
    const noticeNumbers = readSequenceOf(reader, () => reader.readUnsigned(), tags.SEQUENCE, 0)
    reader.leave(referenceEnd)
    noticeRef = { organization, noticeNumbers }
  }
  const explicitText = reader.atEnd() ? undefined : readText(reader, DISPLAY_TEXT)
  reader.leave(outerEnd)
  return { type: 'userNotice', noticeRef, explicitText }
}

export const readPolicyMappings = (reader: DerReader): readonly PolicyMapping[] =>
  readSequenceOf(reader, readPolicyMapping)

function readPolicyMapping(reader: DerReader): PolicyMapping {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const { oid: issuerDomainPolicy } = readIdentifier(reader)
  const { oid: subjectDomainPolicy } = readIdentifier(reader)
  reader.leave(outerEnd)
  return { issuerDomainPolicy, subjectDomainPolicy }
}

export function readPolicyConstraints(reader: DerReader): PolicyConstraints {
  const outerEnd = reader.enter(tags.SEQUENCE)
  // §4.2.1.11: "Conforming CAs MUST NOT issue certificates where policy constraints is an empty sequence."
  if (reader.atEnd()) {
    reader.fail('invalid-extension', reader.position, 'one field or both', 'neither')
  }
  const readSkipCerts = (tag: number): number => reader.readUnsigned(undefined, tag)
  const requireExplicitPolicy = reader.optional(context(0), readSkipCerts)
  const inhibitPolicyMapping = reader.optional(context(1), readSkipCerts)
  reader.leave(outerEnd)
  return { requireExplicitPolicy, inhibitPolicyMapping }
}

/** How many certificates may follow before anyPolicy no longer matches. */
export function readInhibitAnyPolicy(reader: DerReader): number {
  return reader.readUnsigned()
}
