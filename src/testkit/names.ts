// Names as tests write them. Text goes into the certificate as it is given, so that wrong names are as easy as right ones.

import { parseIpAddress } from '../x509/ip-address.js'
import type { SubjectInput } from '../authoring/index.js'
import { subjectName } from '../authoring/subject.js'
import { concatBytes, latin1Bytes } from '../base/bytes.js'
import { context, contextConstructed, stringTypeNames } from '../der/tags.js'
import { element, explicit, sequence, setOf } from '../der/writer.js'
import { type AttributeTypeName, Name, type StringType } from '../x509/index.js'
import { identifier } from './identifiers.js'

/** One attribute of a name. */
export interface TestNameAttribute {
  /** A registered name (`commonName`) or dotted decimal. */
  readonly type: AttributeTypeName | (string & {})
  readonly value: string
  /** Default `UTF8String`. Whether the type can hold the text is not checked. */
  readonly stringType?: StringType
}

/**
 * A distinguished name: a common name (the empty text is the empty name); the usual fields; attributes, each a level of
 * its own or several in one level; or DER as it stands.
 */
export type TestName =
  string | Partial<SubjectInput> | readonly (TestNameAttribute | readonly TestNameAttribute[])[] | Name | Uint8Array

type Levels = Extract<TestName, readonly unknown[]>
const isLevels = (name: Exclude<TestName, string | Uint8Array>): name is Levels => Array.isArray(name)
const isLevel = (level: Levels[number]): level is readonly TestNameAttribute[] => Array.isArray(level)

/** DER of a Name. */
export function nameOf(name: TestName): Uint8Array {
  if (typeof name === 'string') return name === '' ? sequence() : subjectName({ commonName: name })
  if (ArrayBuffer.isView(name)) return name
  if (name instanceof Name) return name.der
  if (isLevels(name)) {
    return sequence(...name.map((level) => setOf(...(isLevel(level) ? level : [level]).map(attribute))))
  }
  return subjectName(name)
}

const attribute = ({ type, value, stringType = 'UTF8String' }: TestNameAttribute): Uint8Array =>
  sequence(identifier(type), text(value, stringType))

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value)
const bigEndian = (number: number, length: number): number[] =>
  Array.from({ length }, (_, index) => (number >>> (8 * (length - 1 - index))) & 0xff)

function text(value: string, stringType: StringType): Uint8Array {
  const tag = Object.keys(stringTypeNames).find((key) => stringTypeNames[Number(key)] === stringType)
  return element(Number(tag), encoded(value, stringType))
}

function encoded(value: string, stringType: StringType): Uint8Array {
  switch (stringType) {
    case 'UTF8String':
      return utf8(value)
    case 'BMPString':
      return Uint8Array.from(value.split('').flatMap((unit) => bigEndian(unit.charCodeAt(0), 2)))
    case 'UniversalString':
      return Uint8Array.from(Array.from(value).flatMap((character) => bigEndian(character.codePointAt(0) ?? 0, 4)))
    default:
      return latin1Bytes(value)
  }
}

/** General names by form, each as it is to stand there. In name constraints an address has a mask. */
export interface TestGeneralNames {
  readonly dns?: readonly string[]
  /** Addresses as text (`192.0.2.1`; in constraints `192.0.2.0/24` or `2001:db8::/32`), or bytes of any length. */
  readonly ip?: readonly (string | Uint8Array)[]
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
  readonly directory?: readonly TestName[]
  /** `value` is DER. */
  readonly otherName?: readonly { readonly typeId: string; readonly value: Uint8Array }[]
  /** Registered names or dotted decimal. */
  readonly registeredId?: readonly string[]
  /** DER of whole GeneralName elements. */
  readonly raw?: readonly Uint8Array[]
}

/** Where general names stand. */
type Use = 'name' | 'constraint'

/** DER of each GeneralName. @throws TypeError for text that is no address, or no range in a constraint */
export function generalNames(names: TestGeneralNames, use: Use = 'name'): readonly Uint8Array[] {
  const { dns = [], ip = [], email = [], uri = [], directory = [], otherName = [], registeredId = [], raw = [] } = names
  return [
    ...dns.map((value) => element(context(2), utf8(value))),
    ...ip.map((value) => element(context(7), typeof value === 'string' ? address(value, use) : value)),
    ...email.map((value) => element(context(1), utf8(value))),
    ...uri.map((value) => element(context(6), utf8(value))),
    // Explicitly tagged, as a CHOICE must be (X.680 §31.2.7).
    ...directory.map((value) => explicit(4, nameOf(value))),
    ...otherName.map(({ typeId, value }) => element(contextConstructed(0), identifier(typeId), explicit(0, value))),
    ...registeredId.map((value) => implicit(context(8), identifier(value))),
    ...raw,
  ]
}

/** An element under another identifier octet: `[number] IMPLICIT`. */
export function implicit(tag: number, der: Uint8Array): Uint8Array {
  const tagged = new Uint8Array(der)
  tagged[0] = tag
  return tagged
}

function address(value: string, use: Use): Uint8Array {
  const [base = '', mask] = value.split('/')
  const bytes = parseIpAddress(base)
  if (bytes !== undefined && (mask !== undefined) === (use === 'constraint')) {
    if (mask === undefined) return bytes
    const maskBytes = /^\d+$/.test(mask) ? prefixMask(Number(mask), bytes.length) : parseIpAddress(mask)
    if (maskBytes?.length === bytes.length) return concatBytes([bytes, maskBytes])
  }
  const expected = use === 'name' ? 'an address such as 192.0.2.1' : 'a range such as 192.0.2.0/24'
  throw new TypeError(`expected ${expected} (or bytes, for a wrong one), found "${value}"`)
}

const prefixMask = (bits: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => 0xff & ~(0xff >> Math.max(0, Math.min(8, bits - 8 * index))))
