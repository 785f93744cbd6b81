// Extensions (RFC 5280 §4.2): their structure is checked when the structure that holds them is parsed, their values
// are decoded on first use and kept.

import { equalRanges } from '../base/bytes.js'
import { ParseError } from '../base/errors.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { extensionReaders, type ExtensionName, type ExtensionValues, isExtensionName } from './extension-table.js'
import { identifierText, knownIdentifierAt } from './object-identifiers.js'

/** One extension: a view on its DER. `Value` is what it decodes to, by {@link ExtensionValues}. */
export class Extension<Value = unknown> {
  private decoded: Value | ParseError | undefined

  /** @internal Takes offsets {@link skipExtensions} has checked. */
  constructor(
    private readonly buffer: Uint8Array,
    private readonly origin: number,
    private readonly oidStart: number,
    private readonly oidEnd: number,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    /** Whether a validator that does not process this extension must refuse the certificate. */
    readonly critical: boolean,
  ) {}

  /** Dotted decimal. */
  get oid(): string {
    return identifierText(this.buffer, this.oidStart, this.oidEnd)
  }

  /** The registered name (`keyUsage`), or undefined. A name alone does not mean that {@link value} decodes it. */
  get name(): string | undefined {
    return knownIdentifierAt(this.buffer, this.oidStart, this.oidEnd)?.name
  }

  /** Content of extnValue's OCTET STRING: the extension's DER, if it is any. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(this.valueStart, this.valueEnd)
  }

  /** Whether this library decodes the extension; where not, {@link value} is undefined and `bytes` is all there is. */
  get isDecodable(): boolean {
    return isExtensionName(this.name)
  }

  /**
   * The decoded value; undefined for an extension this library does not decode.
   * @throws ParseError naming the extension, where its value is malformed
   */
  get value(): Value {
    const decoded = (this.decoded ??= this.decode())
    if (decoded instanceof ParseError) throw decoded
    return decoded
  }

  /** Why the value does not decode; undefined where it does, and where this library does not decode the extension. */
  get error(): ParseError | undefined {
    const decoded = (this.decoded ??= this.decode())
    return decoded instanceof ParseError ? decoded : undefined
  }

  toJSON(): unknown {
    const { oid, name, critical, error } = this
    if (error !== undefined) return { oid, name, critical, bytes: this.bytes, error: error.message }
    return this.isDecodable ? { oid, name, critical, value: this.value } : { oid, name, critical, bytes: this.bytes }
  }

  // Kept as a value, so that asking twice costs nothing and each caller sees the same error.
  private decode(): Value | ParseError {
    const { name } = this
    if (!isExtensionName(name)) return undefined as Value
    const reader = new DerReader(this.buffer, this.valueStart, this.valueEnd, this.origin)
    try {
      const value: unknown = extensionReaders[name](reader, name)
      reader.finish(name)
      return value as Value
    } catch (error) {
      if (error instanceof ParseError) return error
      throw error
    }
  }
}

/** The certificate's, request's or list's extension `name`, typed; undefined where it is absent. */
export function findExtension<N extends ExtensionName>(
  extensions: readonly Extension[],
  name: N,
): Extension<ExtensionValues[N]> | undefined
export function findExtension(extensions: readonly Extension[], nameOrOid: string): Extension | undefined
export function findExtension(extensions: readonly Extension[], nameOrOid: string): Extension | undefined {
  return extensions.find((extension) => extension.name === nameOrOid || extension.oid === nameOrOid)
}

/**
 * Steps over `Extensions`, checking what holds for all: at least one, none twice (RFC 5280 §4.2), `critical` not
 * written where it is FALSE. Returns how many there are.
 */
export function skipExtensions(reader: DerReader, where: string, limit: number): number {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  if (reader.atEnd()) {
    reader.fail('empty-extensions', where, reader.position, 'one extension or more, or no extensions field', 'none')
  }
  const first = reader.position
  let count = 0
  // Bit n stands for 2.5.29.n, n < 64: the common case costs no comparison of bytes.
  let seenLow = 0
  let seenHigh = 0
  while (reader.position < reader.end) {
    const start = reader.position
    if (++count > limit) {
      const expected = `at most ${limit} extensions (limits.extensionCount)`
      reader.fail('limit-exceeded', where, start, expected, 'more', 'raise the limit if the source is trusted')
    }
    const end = endOfCommonExtension(reader.bytes, start, reader.end)
    if (end > 0) reader.position = end
    else skipExtension(reader, where)
    const arc = idCeArc(reader.bytes, start)
    if (arc < 0) {
      refuseDuplicate(reader, first, start, where)
    } else if (arc < 32) {
      if ((seenLow & (1 << arc)) !== 0) failDuplicate(reader, start, where)
      seenLow |= 1 << arc
    } else {
      if ((seenHigh & (1 << (arc - 32))) !== 0) failDuplicate(reader, start, where)
      seenHigh |= 1 << (arc - 32)
    }
  }
  reader.leave(outerEnd, where)
  return count
}

/**
 * Where the Extension at `at` ends, if it is 2.5.29.n with all lengths below 128, as most are. Else -1, and
 * {@link skipExtension} decides. Accepts a subset of what that does, at a third of the cost.
 */
function endOfCommonExtension(bytes: Uint8Array, at: number, limit: number): number {
  const length = bytes[at + 1] ?? 0
  const end = at + 2 + length
  if (
    length > 127 ||
    end > limit ||
    bytes[at] !== tags.SEQUENCE ||
    bytes[at + 2] !== tags.OBJECT_IDENTIFIER ||
    bytes[at + 3] !== 3 ||
    bytes[at + 4] !== 0x55 ||
    bytes[at + 5] !== 0x1d ||
    (bytes[at + 6] ?? 0) > 127
  ) {
    return -1
  }
  const isCritical = bytes[at + 7] === tags.BOOLEAN && bytes[at + 8] === 1 && bytes[at + 9] === 0xff
  const value = isCritical ? at + 10 : at + 7
  return bytes[value] === tags.OCTET_STRING && value + 2 + (bytes[value + 1] ?? 0) === end ? end : -1
}

function skipExtension(reader: DerReader, where: string): void {
  const outerEnd = reader.enter(tags.SEQUENCE, where)
  reader.skipObjectIdentifier(where)
  if (reader.peek() === tags.BOOLEAN) {
    const start = reader.position
    if (!reader.readBoolean(where)) {
      reader.fail('explicit-default', `${where}.critical`, start, 'critical left out where it is FALSE', 'FALSE')
    }
  }
  reader.skip(tags.OCTET_STRING, where)
  reader.leave(outerEnd, where)
}

/** Offset of the OBJECT IDENTIFIER's identifier octet in the checked Extension at `start`. */
function oidOffset(bytes: Uint8Array, start: number): number {
  const length = bytes[start + 1] ?? 0
  return length < 0x80 ? start + 2 : start + 2 + (length & 0x7f)
}

/** n for an extension 2.5.29.n with n < 64, else -1. */
function idCeArc(bytes: Uint8Array, start: number): number {
  const at = oidOffset(bytes, start)
  const arc = bytes[at + 4] ?? 0
  return bytes[at + 1] === 3 && bytes[at + 2] === 0x55 && bytes[at + 3] === 0x1d && arc < 64 ? arc : -1
}

/** Compares with every extension before; their number is bounded by limits.extensionCount. */
function refuseDuplicate(reader: DerReader, first: number, start: number, where: string): void {
  const { bytes } = reader
  const oid = oidOffset(bytes, start)
  const length = (bytes[oid + 1] ?? 0) + 2
  for (let at = first; at < start; at = elementEnd(bytes, at)) {
    if (equalRanges(bytes, oidOffset(bytes, at), bytes, oid, length)) failDuplicate(reader, start, where)
  }
}

/** End of the checked element at `start`. */
function elementEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1] ?? 0
  if (first < 0x80) return start + 2 + first
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (bytes[start + 2 + i] ?? 0)
  return start + 2 + (first & 0x7f) + length
}

function failDuplicate(reader: DerReader, start: number, where: string): never {
  const at = oidOffset(reader.bytes, start)
  const oid = identifierText(reader.bytes, at + 2, at + 2 + (reader.bytes[at + 1] ?? 0))
  const name = knownIdentifierAt(reader.bytes, at + 2, at + 2 + (reader.bytes[at + 1] ?? 0))?.name
  return reader.fail('duplicate-extension', where, start, 'each extension once (RFC 5280 §4.2)', `${name ?? oid} again`)
}

/** Reads `Extensions` that {@link skipExtensions} has accepted, as views. */
export function readExtensions(reader: DerReader): readonly Extension[] {
  const { bytes, origin } = reader
  const extensions: Extension[] = []
  const outerEnd = reader.enter(tags.SEQUENCE, 'extensions')
  while (reader.position < reader.end) {
    const extensionEnd = reader.enter(tags.SEQUENCE, 'extensions')
    reader.skip(tags.OBJECT_IDENTIFIER, 'extensions')
    const oidStart = reader.contentStart
    const oidEnd = reader.position
    const critical = reader.peek() === tags.BOOLEAN && reader.readBoolean('extensions')
    reader.skip(tags.OCTET_STRING, 'extensions')
    const { contentStart, position } = reader
    extensions.push(new Extension(bytes, origin, oidStart, oidEnd, contentStart, position, critical))
    reader.leave(extensionEnd, 'extensions')
  }
  reader.leave(outerEnd, 'extensions')
  return extensions
}
