// Keys as catalogues and key stores speak of them.

import type { KeySpecification } from '../inventory/index.js'
import type { KeyKind } from '../purposes/index.js'
import type { PublicKey } from '../x509/index.js'
import { finding, type ManagerFinding } from './outcome.js'

const sameKey = (a: KeySpecification, b: KeySpecification): boolean =>
  a.type === 'rsa' ? b.type === 'rsa' && a.modulusLength === b.modulusLength : b.type === 'ec' && a.curve === b.curve

const formatKey = (key: KeySpecification): string =>
  key.type === 'rsa' ? `RSA ${key.modulusLength}` : `EC ${key.curve}`

/** What is wrong with a key of this kind for a purpose that takes these kinds. */
export function keyFindings(
  purpose: string,
  key: KeySpecification | undefined,
  kinds: readonly KeyKind[],
  rule: string,
): readonly ManagerFinding[] {
  if (key !== undefined && kinds.some((kind) => sameKey(kind, key))) return []
  const found = key === undefined ? '' : `, not of ${formatKey(key)}`
  return [finding('key-not-offered', `${purpose} takes keys of ${kinds.map(formatKey).join(', ')}${found}`, rule)]
}

/** The specification that makes another key like this one; undefined for kinds no key store makes. */
export function specificationOf(key: PublicKey): KeySpecification | undefined {
  if (key.type === 'rsa') return { type: 'rsa', modulusLength: key.modulusLength }
  return key.type === 'ec' && key.curve !== undefined ? { type: 'ec', curve: key.curve } : undefined
}
