// What tests of OCSP start from: an authority with a leaf, answers about it, and verdicts as one line.

import { createOcspRequest, evaluateOcspResponse, type OcspEvaluation, type OcspVerdict } from '../../src/ocsp/index.js'
import type { OcspResponderOptions, TestCa, TestCertificate } from '../../src/testkit/index.js'
import { at, rootOf } from './paths.js'

export const SECOND = 1000
export const DAY = 24 * 3600 * SECOND

/** So many milliseconds from when everything is judged. */
export const after = (milliseconds: number): Date => new Date(at.getTime() + milliseconds)

/** An intermediate authority, what it has issued, and the others that might be taken for it. */
export interface Scene {
  readonly root: TestCa
  readonly authority: TestCa
  readonly leaf: TestCertificate
  /** Of the same root, with another name. */
  readonly sibling: TestCa
  /** Of the same root and name, with another key. */
  readonly namesake: TestCa
}

export async function makeScene(): Promise<Scene> {
  const root = await rootOf()
  const [authority, sibling, namesake] = await Promise.all(
    ['Authority', 'Sibling', 'Authority'].map((name) => root.issueIntermediate({ name })),
  )
  if (authority === undefined || sibling === undefined || namesake === undefined) throw new TypeError('no authority')
  return { root, authority, sibling, namesake, leaf: await authority.issue() }
}

/** The answer of the authority's responder about the leaf. */
export async function answer(
  { authority, leaf }: Pick<Scene, 'authority' | 'leaf'>,
  options: OcspResponderOptions = {},
  nonce?: Uint8Array,
): Promise<Uint8Array> {
  const respond = await authority.ocspResponder(options)
  const subject = { certificate: leaf.certificate, issuer: authority.certificate }
  const { der } = await createOcspRequest(subject, nonce === undefined ? {} : { nonce })
  return respond.answer(der)
}

export type Evaluation = Partial<OcspEvaluation>

/** The verdict on a response about the leaf. */
export const evaluate = (
  { authority, leaf }: Pick<Scene, 'authority' | 'leaf'>,
  response: Uint8Array,
  evaluation: Evaluation = {},
): Promise<OcspVerdict> =>
  evaluateOcspResponse({
    certificate: leaf.certificate,
    issuer: authority.certificate,
    response,
    at,
    ...evaluation,
  })

/** `good by delegated`, or the codes of what is against it: `stale, nonce-missing`. */
export const summary = (verdict: OcspVerdict): string =>
  verdict.ok ? `${verdict.status} by ${verdict.model}` : verdict.findings.map(({ code }) => code).join(', ')

/** Why each model was refused: `issuer: the response names another responder …`. */
export const refusals = ({ refusedModels }: OcspVerdict): readonly string[] =>
  refusedModels.map(({ model, reason }) => `${model}: ${reason}`)
