/** What a path case asks of a library that is compared: certificates in DER, a time, names and policies. */

import { readPem } from '../../../src/pem/index.js'
import type { LimboCase, LimboPeerName } from '../formats/limbo.js'
import type { PkitsCase } from '../formats/pkits.js'

export interface PathCase {
  readonly id: string
  readonly accept: boolean
  readonly at: Date
  readonly anchors: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly target: Uint8Array
  readonly crls: readonly Uint8Array[]
  readonly purpose: 'server' | 'client' | undefined
  readonly names: readonly LimboPeerName[]
  readonly maxChainDepth: number | undefined
  readonly policies: Policies | undefined
}

export type Policies = Pick<
  PkitsCase,
  'initialPolicySet' | 'initialExplicitPolicy' | 'initialPolicyMappingInhibit' | 'initialInhibitAnyPolicy'
>

/** A library or a program; true where it accepts. What it throws refuses, as its users would take it. */
export type PathPeer = (testCase: PathCase) => Promise<boolean>

const derOf = (pem: string): readonly Uint8Array[] => readPem(pem).map(({ bytes }) => bytes)

export function fromLimbo(testCase: LimboCase): PathCase {
  const { id, accept, expectedPeerName, expectedPeerNames, validationKind, maxChainDepth } = testCase
  const [target = new Uint8Array(0)] = derOf(testCase.peerCertificate)
  return {
    ...{ id, accept, target, maxChainDepth, policies: undefined },
    at: testCase.at ?? new Date(),
    anchors: testCase.trustedCertificates.flatMap(derOf),
    intermediates: testCase.untrustedIntermediates.flatMap(derOf),
    crls: testCase.crls.flatMap(derOf),
    purpose: validationKind === 'SERVER' ? 'server' : 'client',
    names: expectedPeerName === undefined ? expectedPeerNames : [expectedPeerName],
  }
}

export function fromPkits(testCase: PkitsCase): PathCase {
  const { id, accept, at, certificates, crls } = testCase
  return {
    ...{ id, accept, at, crls, purpose: undefined, names: [], maxChainDepth: undefined, policies: testCase },
    anchors: certificates.slice(0, 1),
    intermediates: certificates.slice(1, -1),
    target: certificates.at(-1) ?? new Uint8Array(0),
  }
}
