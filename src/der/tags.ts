// Identifier octets of the types PKIX uses, and their names for messages.

export const BOOLEAN = 0x01
export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const NULL = 0x05
export const OBJECT_IDENTIFIER = 0x06
export const ENUMERATED = 0x0a
export const UTF8_STRING = 0x0c
const NUMERIC_STRING = 0x12
export const PRINTABLE_STRING = 0x13
const TELETEX_STRING = 0x14
export const IA5_STRING = 0x16
export const UTC_TIME = 0x17
export const GENERALIZED_TIME = 0x18
export const VISIBLE_STRING = 0x1a
const UNIVERSAL_STRING = 0x1c
export const BMP_STRING = 0x1e
export const SEQUENCE = 0x30
export const SET = 0x31

/** Bit of the identifier octet that says "constructed". */
export const CONSTRUCTED = 0x20

/** `[number]` of class context-specific, primitive. */
export const context = (number: number): number => 0x80 | number

/** `[number]` of class context-specific, constructed. */
export const contextConstructed = (number: number): number => 0xa0 | number

/** ASN.1's names of the string types. */
export type StringTypeName =
  | 'UTF8String'
  | 'NumericString'
  | 'PrintableString'
  | 'TeletexString'
  | 'IA5String'
  | 'VisibleString'
  | 'UniversalString'
  | 'BMPString'

/** The string types by identifier octet. */
export const stringTypeNames: Readonly<Record<number, StringTypeName | undefined>> = {
  [UTF8_STRING]: 'UTF8String',
  [NUMERIC_STRING]: 'NumericString',
  [PRINTABLE_STRING]: 'PrintableString',
  [TELETEX_STRING]: 'TeletexString',
  [IA5_STRING]: 'IA5String',
  [VISIBLE_STRING]: 'VisibleString',
  [UNIVERSAL_STRING]: 'UniversalString',
  [BMP_STRING]: 'BMPString',
}

const otherNames: Readonly<Record<number, string | undefined>> = {
  [BOOLEAN]: 'BOOLEAN',
  [INTEGER]: 'INTEGER',
  [BIT_STRING]: 'BIT STRING',
  [OCTET_STRING]: 'OCTET STRING',
  [NULL]: 'NULL',
  [OBJECT_IDENTIFIER]: 'OBJECT IDENTIFIER',
  [ENUMERATED]: 'ENUMERATED',
  [UTC_TIME]: 'UTCTime',
  [GENERALIZED_TIME]: 'GeneralizedTime',
  [SEQUENCE]: 'SEQUENCE',
  [SET]: 'SET',
}

/** How a message names an identifier octet: `SEQUENCE`, `[3] constructed`, `tag 0x1f`. */
export function tagName(tag: number): string {
  const constructed = (tag & CONSTRUCTED) !== 0
  if ((tag & 0xc0) === 0x80) return `[${tag & 0x1f}] ${constructed ? 'constructed' : 'primitive'}`
  const name = stringTypeNames[tag] ?? otherNames[tag]
  if (name !== undefined) return name
  const primitive = constructed ? tagName(tag & ~CONSTRUCTED) : 'tag'
  return primitive.startsWith('tag') ? `tag 0x${tag.toString(16).padStart(2, '0')}` : `constructed ${primitive}`
}
