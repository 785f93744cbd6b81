/** The NIST PKITS tests: a directory with pkits.json, certs/*.crt and crls/*.crl, all DER. */

import { join } from 'node:path'
import { readBytes, readManifest } from './files.js'
import { checkCases, dottedIdentifier, fileName, flag, listOf, object, text } from './shape.js'

/** Every PKITS test is judged at this time. */
const pkitsTime = new Date('2011-04-15T00:00:00Z')

export interface PkitsCase {
  /** The section of the PKITS document and the test's name, as the subparts of a test share their section. */
  readonly id: string
  readonly accept: boolean
  readonly at: Date
  /** DER, the trust anchor first and the target last. */
  readonly certificates: readonly Uint8Array[]
  /** DER. */
  readonly crls: readonly Uint8Array[]
  readonly initialPolicySet: readonly string[]
  readonly initialExplicitPolicy: boolean
  readonly initialPolicyMappingInhibit: boolean
  readonly initialInhibitAnyPolicy: boolean
  /** The output a valid path must have. */
  readonly userConstrainedPolicySet: readonly string[]
}

interface WrittenCase {
  id: string
  name: string
  certificates: readonly string[]
  crls: readonly string[]
  initialPolicySet: readonly string[]
  initialExplicitPolicy: boolean
  initialPolicyMappingInhibit: boolean
  initialInhibitAnyPolicy: boolean
  userConstrainedPolicySet: readonly string[]
  shouldValidate: boolean
}

const writtenCases = listOf(
  object<WrittenCase>({
    id: text,
    name: text,
    certificates: listOf(fileName),
    crls: listOf(fileName),
    initialPolicySet: listOf(dottedIdentifier),
    initialExplicitPolicy: flag,
    initialPolicyMappingInhibit: flag,
    initialInhibitAnyPolicy: flag,
    userConstrainedPolicySet: listOf(dottedIdentifier),
    shouldValidate: flag,
  }),
)

/** Reads the directory, or the pkits.json in it; throws a ManifestError on another shape or a file that is missing. */
export function loadPkits(path: string): readonly PkitsCase[] {
  const { name, directory, content } = readManifest(path, ['pkits.json'])
  const read = once((file) => readBytes(join(directory, file)))
  const cases = writtenCases(content, name).map(
    ({ id, name: testName, shouldValidate, certificates, crls, ...inputs }): PkitsCase => ({
      ...inputs,
      id: `${id} ${testName}`,
      accept: shouldValidate,
      at: pkitsTime,
      certificates: certificates.map((file) => read(join('certs', file))),
      crls: crls.map((file) => read(join('crls', file))),
    }),
  )
  checkCases(cases, name)
  return cases
}

/** Hundreds of cases share the same few certificates. */
function once(read: (file: string) => Uint8Array): (file: string) => Uint8Array {
  const known = new Map<string, Uint8Array>()
  return (file) => {
    const bytes = known.get(file) ?? read(file)
    known.set(file, bytes)
    return bytes
  }
}
