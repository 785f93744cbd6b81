/** OpenSSL's OCSP cases: a directory with openssl-ocsp.json, certificates in PEM and responses as base64 of DER. */

import { join } from 'node:path'
import { readBytes, readManifest } from './files.js'
import { checkCases, fileName, instant, listOf, ManifestError, object, oneOf, optional, text } from './shape.js'

export interface OcspCase {
  readonly id: string
  readonly accept: boolean
  /** PEM. */
  readonly root: string
  /** PEM, from the end entity's issuer up. */
  readonly intermediates: readonly string[]
  /** PEM of the end entity. */
  readonly certificate: string
  /** DER, the end entity's response first. */
  readonly responses: readonly Uint8Array[]
  readonly at: Date
  readonly expected: 'good' | 'rejected' | 'stale'
  /** The certificate of the path whose response fails; undefined when none does. */
  readonly failing: string | undefined
}

interface WrittenCase {
  name: string
  root: string
  intermediates: readonly string[]
  certificate: string
  responses: readonly string[]
  at: Date
  expected: 'good' | 'rejected' | 'stale'
  failing: string | undefined
}

const writtenCases = listOf(
  object<WrittenCase>({
    name: text,
    root: fileName,
    intermediates: listOf(fileName),
    certificate: fileName,
    responses: listOf(fileName),
    at: instant,
    expected: oneOf('good', 'rejected', 'stale'),
    failing: optional(text),
  }),
)

/** Reads the directory, or the openssl-ocsp.json in it; throws a ManifestError on another shape or a missing file. */
export function loadOcsp(path: string): readonly OcspCase[] {
  const { name, directory, content } = readManifest(path, ['openssl-ocsp.json'])
  const pem = (file: string): string => readBytes(join(directory, file)).toString('utf8')
  const cases = writtenCases(content, name).map((written): OcspCase => ({
    id: written.name,
    accept: written.expected === 'good',
    root: pem(written.root),
    intermediates: written.intermediates.map(pem),
    certificate: pem(written.certificate),
    responses: written.responses.map((file) => base64File(join(directory, file))),
    at: written.at,
    expected: written.expected,
    failing: written.failing,
  }))
  checkCases(cases, name)
  return cases
}

function base64File(file: string): Uint8Array {
  const written = readBytes(file).toString('latin1').replace(/\s/g, '')
  const bytes = Buffer.from(written, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== written) throw new ManifestError(`${file}: not base64`)
  return bytes
}
