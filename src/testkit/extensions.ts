// Extensions of certificates from friendly inputs, and what holds for the extensions of everything: each can be left out,
// replaced by raw bytes, made critical or not, and others appended.

import { context, contextConstructed } from '../der/tags.js'
import {
  booleanValue,
  element,
  explicit,
  ia5String,
  integer,
  namedBits,
  nullValue,
  octetString,
  sequence,
  utf8String,
} from '../der/writer.js'
import { keyUsageBits } from '../x509/extensions/key-usage.js'
import type { ExtendedKeyUsagePurpose, ExtensionName, KeyUsageBit, PolicyMapping } from '../x509/index.js'
import { distributionPoints, type TestDistributionPoint } from './distribution-points.js'
import { identifier } from './identifiers.js'
import { generalNames, implicit, type TestGeneralNames } from './names.js'

/** A policy: dotted decimal or `anyPolicy`, alone or with its qualifiers. */
export type TestPolicy =
  string | { readonly policyIdentifier: string; readonly cps?: string; readonly userNotice?: string }

/** Access locations, URIs each. */
export interface TestInformationAccess {
  readonly ocsp?: readonly string[]
  readonly caIssuers?: readonly string[]
  readonly caRepository?: readonly string[]
}

/** What each extension is written from. */
export interface ExtensionInputs {
  readonly basicConstraints: { readonly cA?: boolean; readonly pathLenConstraint?: number }
  readonly keyUsage: readonly KeyUsageBit[]
  /** Registered names or dotted decimal. */
  readonly extendedKeyUsage: readonly ExtendedKeyUsagePurpose[]
  readonly subjectAltName: TestGeneralNames
  readonly issuerAltName: TestGeneralNames
  readonly nameConstraints: { readonly permitted?: TestGeneralNames; readonly excluded?: TestGeneralNames }
  readonly certificatePolicies: readonly TestPolicy[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly policyConstraints: { readonly requireExplicitPolicy?: number; readonly inhibitPolicyMapping?: number }
  readonly inhibitAnyPolicy: number
  readonly cRLDistributionPoints: readonly TestDistributionPoint[]
  readonly freshestCRL: readonly TestDistributionPoint[]
  readonly authorityInfoAccess: TestInformationAccess
  readonly subjectInfoAccess: TestInformationAccess
  readonly ocspNoCheck: true
  readonly noRevAvail: true
  /** TLS extension numbers; 5 is "must staple". */
  readonly tlsFeature: readonly number[]
  readonly subjectKeyIdentifier: Uint8Array
  /** A key identifier, or the fields. */
  readonly authorityKeyIdentifier:
    | Uint8Array
    | {
        readonly keyIdentifier?: Uint8Array
        readonly authorityCertIssuer?: TestGeneralNames
        readonly authorityCertSerialNumber?: bigint
      }
}

/** An extension appended as it stands: in fields, or the DER of the whole Extension. */
export type TestExtension =
  | {
      /** Dotted decimal, or a registered name. */
      readonly oid: string
      readonly critical?: boolean
      /** Content of extnValue: any bytes. */
      readonly value: Uint8Array
    }
  | Uint8Array

/** Changes to the extensions a structure would have. */
export interface ExtensionChanges<Known extends string> {
  /** Extensions left out, whoever asked for them. */
  readonly without?: readonly Known[]
  /** Values written in place of what would be there, as raw bytes; the extension is added where it would not be. */
  readonly replace?: Readonly<Partial<Record<Known, Uint8Array>>>
  /** Criticality other than RFC 5280's. */
  readonly critical?: Readonly<Partial<Record<Known, boolean>>>
  /** Appended after all others. One that is there already becomes a duplicate. */
  readonly extensions?: readonly TestExtension[]
}

interface Row<Input> {
  readonly critical?: boolean
  readonly write: (input: Input) => Uint8Array
}

type Table<Inputs> = { readonly [Known in keyof Inputs]: Row<Inputs[Known]> }

const optional = <T>(value: T | undefined, write: (value: T) => Uint8Array): readonly Uint8Array[] =>
  value === undefined ? [] : [write(value)]

const names = (input: TestGeneralNames): Uint8Array => sequence(...generalNames(input))

const subtrees =
  (number: number) =>
  (input: TestGeneralNames): Uint8Array =>
    element(contextConstructed(number), ...generalNames(input, 'constraint').map((base) => sequence(base)))

function policy(input: TestPolicy): Uint8Array {
  if (typeof input === 'string') return sequence(identifier(input))
  const { policyIdentifier, cps, userNotice } = input
  const qualifiers = [
    ...optional(cps, (uri) => sequence(identifier('cps'), ia5String(uri))),
    ...optional(userNotice, (text) => sequence(identifier('userNotice'), sequence(utf8String(text)))),
  ]
  return sequence(identifier(policyIdentifier), ...(qualifiers.length === 0 ? [] : [sequence(...qualifiers)]))
}

const access = ({ ocsp = [], caIssuers = [], caRepository = [] }: TestInformationAccess): Uint8Array => {
  const locations = (method: string, uris: readonly string[]): readonly Uint8Array[] =>
    generalNames({ uri: uris }).map((location) => sequence(identifier(method), location))
  return sequence(
    ...locations('ocsp', ocsp),
    ...locations('caIssuers', caIssuers),
    ...locations('caRepository', caRepository),
  )
}

export const authorityKeyIdentifier = (input: ExtensionInputs['authorityKeyIdentifier']): Uint8Array => {
  if (ArrayBuffer.isView(input)) return sequence(element(context(0), input))
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = input
  return sequence(
    ...optional(keyIdentifier, (bytes) => element(context(0), bytes)),
    ...optional(authorityCertIssuer, (issuer) => implicit(contextConstructed(1), names(issuer))),
    ...optional(authorityCertSerialNumber, (serialNumber) => integer(serialNumber, context(2))),
  )
}

// Criticality: what RFC 5280 §4.2.1 demands or recommends.
const table: Table<ExtensionInputs> = {
  basicConstraints: {
    critical: true,
    write: ({ cA = false, pathLenConstraint }) =>
      sequence(...(cA ? [booleanValue(true)] : []), ...optional(pathLenConstraint, (length) => integer(length))),
  },
  keyUsage: { critical: true, write: (bits) => namedBits(bits.map((bit) => keyUsageBits.indexOf(bit))) },
  extendedKeyUsage: { write: (purposes) => sequence(...purposes.map(identifier)) },
  subjectAltName: { write: names },
  issuerAltName: { write: names },
  nameConstraints: {
    critical: true,
    write: ({ permitted, excluded }) =>
      sequence(...optional(permitted, subtrees(0)), ...optional(excluded, subtrees(1))),
  },
  certificatePolicies: { write: (policies) => sequence(...policies.map(policy)) },
  policyMappings: {
    critical: true,
    write: (mappings) =>
      sequence(
        ...mappings.map(({ issuerDomainPolicy, subjectDomainPolicy }) =>
          sequence(identifier(issuerDomainPolicy), identifier(subjectDomainPolicy)),
        ),
      ),
  },
  policyConstraints: {
    critical: true,
    write: ({ requireExplicitPolicy, inhibitPolicyMapping }) =>
      sequence(
        ...optional(requireExplicitPolicy, (skip) => integer(skip, context(0))),
        ...optional(inhibitPolicyMapping, (skip) => integer(skip, context(1))),
      ),
  },
  inhibitAnyPolicy: { critical: true, write: (skip) => integer(skip) },
  cRLDistributionPoints: { write: distributionPoints },
  freshestCRL: { write: distributionPoints },
  authorityInfoAccess: { write: access },
  subjectInfoAccess: { write: access },
  ocspNoCheck: { write: () => nullValue() },
  noRevAvail: { write: () => nullValue() },
  tlsFeature: { write: (features) => sequence(...features.map((feature) => integer(feature))) },
  subjectKeyIdentifier: { write: octetString },
  authorityKeyIdentifier: { write: authorityKeyIdentifier },
}

/** Names of the extensions that have an input. */
const inputNames = Object.keys(table) as (keyof ExtensionInputs)[]

/** One extension about to be written. */
export interface PlannedExtension {
  readonly name: string
  readonly critical: boolean
  readonly value: Uint8Array
}

function planned<Known extends keyof ExtensionInputs>(name: Known, input: ExtensionInputs[Known]): PlannedExtension {
  const { critical = false, write }: Row<ExtensionInputs[Known]> = table[name]
  return { name, critical, value: write(input) }
}

/** The extensions that `inputs` has an input for, in the order of the table. */
export const plannedExtensions = (inputs: Readonly<Partial<ExtensionInputs>>): readonly PlannedExtension[] =>
  inputNames.flatMap((name) => {
    const input = inputs[name]
    return input === undefined ? [] : [planned(name, input)]
  })

/** One Extension. */
export function extensionOf(extension: TestExtension): Uint8Array {
  if (ArrayBuffer.isView(extension)) return extension
  const { oid, critical = false, value } = extension
  return sequence(identifier(oid), ...(critical ? [booleanValue(true)] : []), octetString(value))
}

/** Each Extension that is left after the changes. */
export function changedExtensions(
  extensions: readonly PlannedExtension[],
  changes: ExtensionChanges<ExtensionName | (string & {})>,
): readonly Uint8Array[] {
  const { without = [], replace = {}, critical = {}, extensions: appended = [] } = changes
  const added = Object.keys(replace)
    .filter((name) => !extensions.some((extension) => extension.name === name))
    .map((name) => ({ name, critical: defaultCriticality(name), value: new Uint8Array(0) }))
  return [
    ...[...extensions, ...added]
      .filter(({ name }) => !without.includes(name))
      .map(({ name, critical: planned, value }) =>
        extensionOf({ oid: name, critical: critical[name] ?? planned, value: replace[name] ?? value }),
      ),
    ...appended.map(extensionOf),
  ]
}

const defaultCriticality = (name: string): boolean =>
  inputNames.some((known) => known === name && table[known].critical)

/** `[number] Extensions`, or nothing where there are none. */
export const extensionsField = (number: number, extensions: readonly Uint8Array[]): readonly Uint8Array[] =>
  extensions.length === 0 ? [] : [explicit(number, sequence(...extensions))]
