// JSON with a checksum: what a disk, an editor or a cut-off write has changed is found.

import { isObject, type JsonObject } from '../../base/json.js'
import { DamageError } from '../record-codec.js'
import { sha256Hex } from './names.js'

/**
 * An object as JSON text, its checksum last.
 * @param beside what stands in another file and belongs to it
 */
export function writeChecked(body: JsonObject, beside = '', indent = 0): string {
  return `${JSON.stringify({ ...body, checksum: checksumOf(body, beside) }, undefined, indent)}\n`
}

const checksumOf = (body: JsonObject, beside: string): string => sha256Hex(`${JSON.stringify(body)}\n${beside}`)

/** The object, its checksum verified and taken off. @throws DamageError */
export function readChecked(text: string, beside = ''): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new DamageError('expected JSON')
  }
  if (!isObject(value)) throw new DamageError('expected a JSON object')
  const { checksum, ...body } = value
  // Written and read again, JSON of the same values is the same text.
  if (checksum !== checksumOf(body, beside))
    throw new DamageError('its checksum does not match: it has been changed or cut off')
  return body
}
