// One attribute of a distinguished name: its type, and its value as text and as DER.

import type { Identifier } from './object-identifiers.js'
import { inspectable, type Plain, toPlain } from './plain.js'
import { type StringType, stringTypeOf } from './string-types.js'

/** One attribute of a name, such as `CN=example.com`. */
export interface NameAttribute {
  /** OID of the attribute type. */
  readonly type: string
  /** The type's registered name (`commonName`), or undefined. */
  readonly name: string | undefined
  /** The type's short name (`CN`), or undefined. */
  readonly shortName: string | undefined
  /** The value's text, or undefined where its type is no string type. */
  readonly text: string | undefined
  /** The string type the value was encoded in, or undefined where it is none. */
  readonly encoding: StringType | undefined
  /** The value's encoding, DER. */
  readonly der: Uint8Array
}

/** The attributes of one level of a name; nearly always a single one. */
export type RelativeDistinguishedName = readonly NameAttribute[]

/** Attribute types {@link Name.get} takes by name. */
export type AttributeTypeName =
  | 'commonName'
  | 'surname'
  | 'serialNumber'
  | 'countryName'
  | 'localityName'
  | 'stateOrProvinceName'
  | 'streetAddress'
  | 'organizationName'
  | 'organizationalUnitName'
  | 'title'
  | 'description'
  | 'businessCategory'
  | 'postalCode'
  | 'name'
  | 'givenName'
  | 'initials'
  | 'generationQualifier'
  | 'dnQualifier'
  | 'pseudonym'
  | 'organizationIdentifier'
  | 'userId'
  | 'domainComponent'
  | 'emailAddress'
  | 'unstructuredName'

/** @internal One attribute, its value as offsets into the bytes it was read from. */
export class Attribute implements NameAttribute {
  constructor(
    private readonly identifier: Identifier,
    private readonly bytes: Uint8Array,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    readonly text: string | undefined,
  ) {}

  get type(): string {
    return this.identifier.oid
  }

  get name(): string | undefined {
    return this.identifier.name
  }

  get shortName(): string | undefined {
    return this.identifier.short
  }

  get encoding(): StringType | undefined {
    return stringTypeOf(this.bytes[this.valueStart] ?? 0)
  }

  get der(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  toJSON(): Plain {
    const { type, name, encoding, text } = this
    return toPlain({ type, name, encoding, value: text ?? this.der })
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return inspectable('NameAttribute', this.toJSON())
  }
}
