// AlgorithmIdentifier (RFC 5280 §4.1.1.2): an algorithm's OID and its parameters, and the rules parameters follow.

import type { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { readIdentifier } from './object-identifiers.js'

/** An algorithm as it stands in a structure, its parameters undecoded. */
export interface AlgorithmIdentifier {
  readonly oid: string
  /** The registered name, `sha256WithRSAEncryption`, or undefined. */
  readonly name: string | undefined
  /** DER of the parameters, or undefined where they are absent. */
  readonly parameters: Uint8Array | undefined
}

/** Steps over an AlgorithmIdentifier, checking its structure. */
export function skipAlgorithmIdentifier(reader: DerReader): void {
  const outerEnd = reader.enter(tags.SEQUENCE)
  reader.skipObjectIdentifier()
  if (!reader.atEnd()) reader.skipAny()
  reader.leave(outerEnd)
}

/**
 * RFC 5280 §4.1.1.2, §5.1.1.2: outside of what is signed "MUST" stand "the same algorithm identifier as the signature
 * field", which `field` names. So it is the bytes from `start` to `end`, checked before, or wrong.
 */
export function skipRepeatedAlgorithm(reader: DerReader, start: number, end: number, field: string): void {
  if (reader.skipRepeated(start, end)) return
  const { position } = reader
  skipAlgorithmIdentifier(reader)
  reader.fail('algorithm-mismatch', position, `the algorithm of ${field}`, 'another one')
}

/** An algorithm, and a reader at its parameters, which is at its end where they are absent. */
export interface ReadAlgorithm {
  readonly oid: string
  readonly name: string | undefined
  readonly parameters: DerReader
}

/** Reads an AlgorithmIdentifier. @param where where the parameters stand, for errors */
export function readAlgorithmIdentifier(reader: DerReader, where?: string): ReadAlgorithm {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const { oid, name } = readIdentifier(reader)
  const start = reader.position
  if (!reader.atEnd()) reader.skipAny()
  reader.leave(outerEnd)
  return { oid, name, parameters: reader.part(start, reader.position, where) }
}

/** What an algorithm's definition says about its parameters. */
export type ParameterRule = 'absent' | 'null' | 'null-or-absent'

/** Refuses parameters that break `rule`. */
export function checkParameters({ oid, name = oid, parameters }: ReadAlgorithm, rule: ParameterRule): void {
  const length = parameters.end - parameters.position
  const isNull = length === 2 && parameters.peek() === tags.NULL
  if (length === 0 ? rule !== 'null' : isNull && rule !== 'absent') return
  const actual = length === 0 ? 'none' : isNull ? 'NULL' : `${length} bytes of them`
  parameters.fail('invalid-algorithm-parameters', parameters.end, `${rule} parameters for ${name}`, actual)
}
