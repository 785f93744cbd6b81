// AlgorithmIdentifier (RFC 5280 §4.1.1.2): an algorithm's OID and its parameters, and the rules parameters follow.

import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { identifierText, knownIdentifier } from './object-identifiers.js'

/** An algorithm as it stands in a structure, its parameters undecoded. */
export interface AlgorithmIdentifier {
  readonly oid: string
  /** The registered name, `sha256WithRSAEncryption`, or undefined. */
  readonly name: string | undefined
  /** DER of the parameters, or undefined where they are absent. */
  readonly parameters: Uint8Array | undefined
}

/** Steps over an AlgorithmIdentifier, checking its structure. */
export function skipAlgorithmIdentifier(reader: DerReader, where: string): void {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  reader.skipObjectIdentifier(where)
  if (!reader.atEnd()) reader.skipAny(where)
  reader.leave(outerEnd, where)
}

/** Reads an AlgorithmIdentifier. */
export function readAlgorithmIdentifier(reader: DerReader, where: string): AlgorithmIdentifier {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  reader.skipObjectIdentifier(`${where}.algorithm`)
  const oid = identifierText(reader.bytes, reader.contentStart, reader.position)
  const start = reader.position
  const present = !reader.atEnd()
  if (present) reader.skipAny(`${where}.parameters`)
  const parameters = present ? reader.bytes.subarray(start, reader.position) : undefined
  reader.leave(outerEnd, where)
  return { oid, name: knownIdentifier(oid)?.name, parameters }
}

/** What an algorithm's definition says about its parameters. */
export type ParameterRule = 'absent' | 'null' | 'null-or-absent'

/** Refuses parameters that break `rule`; `reader` is at the parameters' end only for its offsets. */
export function checkParameters(reader: DerReader, where: string, found: AlgorithmIdentifier, rule: ParameterRule): void {
  const { parameters } = found
  const isNull = parameters !== undefined && parameters.length === 2 && parameters[0] === tags.NULL
  const holds = parameters === undefined ? rule !== 'null' : isNull && rule !== 'absent'
  if (holds) return
  const expected = { absent: 'no parameters', null: 'NULL parameters', 'null-or-absent': 'NULL parameters or none' }[rule]
  const actual = parameters === undefined ? 'none' : isNull ? 'NULL' : `${parameters.length} bytes of them`
  const name = found.name ?? found.oid
  reader.fail('invalid-algorithm-parameters', where, reader.position, `${expected} for ${name}`, actual)
}
