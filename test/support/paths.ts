// What tests of paths start from: a fixed time, authorities, and the codes a verdict comes to.

import { fixedClock } from '../../src/base/clock.js'
import { type PathFindingCode, type PathRequest, type PathVerdict, validatePath } from '../../src/path/index.js'
import {
  type AuthorityOptions,
  createTestCa,
  type IssuedCertificate,
  type TestCa,
  type TestCaOptions,
} from '../../src/testkit/index.js'
import type { Certificate } from '../../src/x509/index.js'

/** When everything is judged unless a test says otherwise. */
export const at = new Date('2026-06-01T00:00:00Z')
const clock = fixedClock(at)

export const rootOf = (options: TestCaOptions = {}): Promise<TestCa> =>
  createTestCa({ name: 'Root', clock, ...options })

/** A root and authorities below it, each issued by the one before; with the options of each, the root's first. */
export async function authorities(
  ...options: readonly [TestCaOptions, ...AuthorityOptions[]]
): Promise<readonly [TestCa, ...TestCa[]]> {
  const [first, ...rest] = options
  const all: [TestCa, ...TestCa[]] = [await rootOf(first)]
  let last = all[0]
  for (const [i, one] of rest.entries()) {
    last = await last.issueIntermediate({ name: `Intermediate ${i + 1}`, ...one })
    all.push(last)
  }
  return all
}

export type Question = Omit<PathRequest, 'certificate' | 'intermediates' | 'anchors' | 'at'> & { readonly at?: Date }

const read = ({ certificate }: IssuedCertificate): Certificate => certificate

/** Validates a chain as `authorities` and an authority's `issue` make it: root first, target last. */
export function validateChain(chain: readonly IssuedCertificate[], question: Question = {}): Promise<PathVerdict> {
  const [root, ...rest] = chain.map(read)
  const certificate = rest.pop()
  if (root === undefined || certificate === undefined) throw new TypeError('expected a root and a target')
  return validatePath({ certificate, intermediates: rest, anchors: [root], at, ...question })
}

/** Codes of the verdict's findings, each once and sorted; `valid` for a path. */
export function codesOf(verdict: PathVerdict): readonly (PathFindingCode | 'valid')[] {
  return verdict.ok ? ['valid'] : [...new Set(verdict.findings.map(({ code }) => code))].sort()
}

/** The codes a chain comes to. */
export const judgeChain = async (
  chain: readonly IssuedCertificate[],
  question: Question = {},
): Promise<readonly string[]> => codesOf(await validateChain(chain, question))
