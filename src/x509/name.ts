// Distinguished names (RFC 5280 §4.1.2.4): decoded on first use, comparable as §7.1 says, indexable by a text key.

import type { Der } from '../base/brands.js'
import { equalRanges, plainBytes, toHex } from '../base/bytes.js'
import { DerReader } from '../der/reader.js'
import { checkSetOrder } from '../der/set-order.js'
import * as tags from '../der/tags.js'
import {
  Attribute,
  type AttributeTypeName,
  type NameAttribute,
  type RelativeDistinguishedName,
} from './name-attribute.js'
import { foldText } from './name-key.js'
import { formatOneLine, formatRfc4514 } from './name-text.js'
import { identifierAt } from './object-identifiers.js'
import { checkText, stringTypeOf, textOf } from './string-types.js'

/** A distinguished name: a view on its DER. Make one with {@link parseName}; the readers make them for you. */
export class Name {
  private decoded: readonly RelativeDistinguishedName[] | undefined
  private cachedKey: string | undefined

  /** @internal Takes a range {@link skipName} has accepted. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly start: number,
    private readonly end: number,
  ) {}

  /** The name's DER, a SEQUENCE of RDNs. */
  get der(): Der<'Name'> {
    return this.bytes.subarray(this.start, this.end) as Der<'Name'>
  }

  /** The levels of the name in encoded order: the country, or the top domain component, usually comes first. */
  get relativeDistinguishedNames(): readonly RelativeDistinguishedName[] {
    return (this.decoded ??= decodeName(this.bytes, this.start, this.end))
  }

  /** All attributes in encoded order, whatever their level. */
  get attributes(): readonly NameAttribute[] {
    // Not flat(), which takes as long as decoding the name; nor spread, since a level may hold more than the stack does.
    const attributes: NameAttribute[] = []
    for (const level of this.relativeDistinguishedNames) for (const attribute of level) attributes.push(attribute)
    return attributes
  }

  /** True for the empty name, which is valid as a subject where a critical subjectAltName stands instead. */
  get isEmpty(): boolean {
    return this.end - this.start === 2
  }

  /** Text of the last attribute of `type` (a registered name or an OID): the most specific one; undefined if none. */
  get(type: AttributeTypeName | (string & {})): string | undefined {
    return this.getAll(type).at(-1)
  }

  /** Texts of all attributes of `type`, in encoded order. */
  getAll(type: AttributeTypeName | (string & {})): readonly string[] {
    const texts: string[] = []
    for (const attribute of this.attributes) {
      if (attribute.name === type || attribute.type === type) texts.push(attribute.text ?? `#${toHex(attribute.der)}`)
    }
    return texts
  }

  /**
   * A text that two names share exactly when RFC 5280 §7.1 calls them equal: for Maps. String values compare without
   * regard to case, white space at the ends, runs of white space, and string type; other values by their bytes;
   * attributes of one level in any order. Not for display, and not stable across versions.
   */
  get canonicalKey(): string {
    return (this.cachedKey ??= this.relativeDistinguishedNames.map(relativeKey).join(','))
  }

  /** Whether RFC 5280 §7.1 calls the names equal. */
  equals(other: Name): boolean {
    const length = this.end - this.start
    if (length === other.end - other.start && equalRanges(this.bytes, this.start, other.bytes, other.start, length)) {
      return true
    }
    return this.canonicalKey === other.canonicalKey
  }

  /** RFC 4514 text, most specific level first: `CN=example.com,O=Example,C=US`. The empty name is the empty text. */
  toString(): string {
    return formatRfc4514(this.relativeDistinguishedNames)
  }

  /** OpenSSL's one-line text, in encoded order: `C = US, O = Example, CN = example.com`. */
  toOneLine(): string {
    return formatOneLine(this.relativeDistinguishedNames)
  }

  toJSON(): string {
    return this.toString()
  }

  /** What `console.log` prints in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Name(${this.toString()})`
  }
}

function relativeKey(attributes: RelativeDistinguishedName): string {
  const keys = attributes.map((attribute) => {
    const { type, text } = attribute
    // The length makes each key its own delimiter: no value can imitate a second attribute.
    const value = text === undefined ? `#${toHex(attribute.der)}` : foldText(text)
    return `${type}=${value.length}${text === undefined ? '#' : ':'}${value}`
  })
  return keys.length === 1 ? (keys[0] ?? '') : keys.sort().join('+')
}

/** Steps over a Name, checking its structure and every value's text. */
export function skipName(reader: DerReader): void {
  const outerEnd = reader.enter(tags.SEQUENCE)
  while (reader.position < reader.end) {
    const end = endOfCommonAttribute(reader.bytes, reader.position, reader.end)
    if (end > 0) reader.position = end
    else skipRelativeDistinguishedName(reader, tags.SET)
  }
  reader.leave(outerEnd)
}

/**
 * Where the RDN at `at` ends, if it is what nearly all are: one attribute 2.5.4.n whose value is ASCII in a
 * PrintableString, UTF8String or IA5String, all lengths below 128. Else -1, and {@link skipRelativeDistinguishedName}
 * decides. Accepts a subset of what that does; names are half of a certificate's elements, and this reads them at a
 * third of the cost.
 */
function endOfCommonAttribute(bytes: Uint8Array, at: number, limit: number): number {
  const length = (bytes[at + 1] ?? 0) - 9
  const end = at + 11 + length
  if (
    length < 0 ||
    length > 118 ||
    end > limit ||
    bytes[at] !== tags.SET ||
    bytes[at + 2] !== tags.SEQUENCE ||
    bytes[at + 3] !== length + 7 ||
    bytes[at + 4] !== tags.OBJECT_IDENTIFIER ||
    bytes[at + 5] !== 3 ||
    bytes[at + 6] !== 0x55 ||
    bytes[at + 7] !== 4 ||
    bytes[at + 10] !== length
  ) {
    return -1
  }
  const tag = bytes[at + 9]
  if (tag !== tags.PRINTABLE_STRING && tag !== tags.UTF8_STRING && tag !== tags.IA5_STRING) return -1
  let all = bytes[at + 8] ?? 0
  let i = at + 11
  for (; i < end - 3; i += 4) all |= (bytes[i] ?? 0) | (bytes[i + 1] ?? 0) | (bytes[i + 2] ?? 0) | (bytes[i + 3] ?? 0)
  for (; i < end; i++) all |= bytes[i] ?? 0
  return all < 0x80 ? end : -1
}

/** Steps over one RDN with the identifier `tag` (SET, or the implicit tag of a distribution point). */
export function skipRelativeDistinguishedName(reader: DerReader, tag: number): void {
  const setEnd = reader.enter(tag)
  if (reader.atEnd()) {
    reader.fail('invalid-name', reader.position, 'an attribute in each RelativeDistinguishedName', 'none')
  }
  let previous = -1
  while (reader.position < reader.end) {
    const start = reader.position
    const attributeEnd = reader.enter(tags.SEQUENCE)
    reader.skipObjectIdentifier()
    const typeStart = reader.contentStart
    const valueStart = reader.position
    const valueTag = reader.peek()
    const type = stringTypeOf(valueTag)
    reader.skipAny()
    if (type !== undefined) checkText(reader, type)
    // The registered types are all of text (RFC 5280 Appendix A.1); a value of any other may be anything.
    else if (identifierAt(reader.bytes, typeStart, valueStart).short !== undefined) {
      reader.fail('unexpected-tag', valueStart, 'a string', tags.tagName(valueTag))
    }
    reader.leave(attributeEnd)
    if (previous >= 0) checkSetOrder(reader, previous, start)
    previous = start
  }
  reader.leave(setEnd)
}

/** Decodes a range {@link skipName} accepted. */
function decodeName(bytes: Uint8Array, start: number, end: number): readonly RelativeDistinguishedName[] {
  const reader = new DerReader(bytes, 'Name', start, end)
  const names: RelativeDistinguishedName[] = []
  reader.enter(tags.SEQUENCE)
  while (!reader.atEnd()) names.push(decodeRelativeDistinguishedName(reader, tags.SET))
  return names
}

/** Decodes one RDN that {@link skipRelativeDistinguishedName} accepted. */
export function decodeRelativeDistinguishedName(reader: DerReader, tag: number): RelativeDistinguishedName {
  const setEnd = reader.enter(tag)
  // Nearly always the only one; an array that grows makes room for sixteen more.
  const attributes = [decodeAttribute(reader)]
  while (!reader.atEnd()) attributes.push(decodeAttribute(reader))
  reader.leave(setEnd)
  return attributes
}

function decodeAttribute(reader: DerReader): NameAttribute {
  const outerEnd = reader.enter(tags.SEQUENCE)
  reader.skip(tags.OBJECT_IDENTIFIER)
  const valueStart = reader.position
  const identifier = identifierAt(reader.bytes, reader.contentStart, valueStart)
  const type = stringTypeOf(reader.peek())
  reader.skipAny()
  const text = type === undefined ? undefined : textOf(reader, type)
  const valueEnd = reader.position
  reader.leave(outerEnd)
  return new Attribute(identifier, reader.bytes, valueStart, valueEnd, text)
}

/**
 * Reads one Name from DER.
 * @throws ParseError when `der` is not exactly one Name
 */
export function parseName(der: Uint8Array): Name {
  const bytes = plainBytes(der)
  const reader = new DerReader(bytes, 'Name')
  skipName(reader)
  reader.finish()
  return new Name(bytes, 0, bytes.length)
}
