// AlgorithmIdentifier (RFC 5280 §4.1.1.2): an algorithm's OID and its parameters, and the rules parameters follow.

import { type DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { knownIdentifier, readIdentifier } from './object-identifiers.js'

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

/** Reads an AlgorithmIdentifier. */
export function readAlgorithmIdentifier(reader: DerReader): AlgorithmIdentifier {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const oid = readIdentifier(reader)
  const start = reader.position
  const present = !reader.atEnd()
  if (present) reader.skipAny()
  const parameters = present ? reader.bytes.subarray(start, reader.position) : undefined
  reader.leave(outerEnd)
  return { oid, name: knownIdentifier(oid)?.name, parameters }
}

/** What an algorithm's definition says about its parameters. */
export type ParameterRule = 'absent' | 'null' | 'null-or-absent'

/** Refuses parameters that break `rule`; `reader` is at the parameters' end only for its offsets. */
export function checkParameters(reader: DerReader, found: AlgorithmIdentifier, rule: ParameterRule): void {
  const { parameters } = found
  const isNull = parameters?.length === 2 && parameters[0] === tags.NULL
  const holds = parameters === undefined ? rule !== 'null' : isNull && rule !== 'absent'
  if (holds) return
  const actual = parameters === undefined ? 'none' : isNull ? 'NULL' : `${parameters.length} bytes of them`
  const name = found.name ?? found.oid
  reader.fail('invalid-algorithm-parameters', reader.position, `${rule} parameters for ${name}`, actual)
}
