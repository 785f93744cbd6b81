// Extensions (RFC 5280 §4.2): their structure is checked when the structure that holds them is parsed, their values
// are decoded on first use and kept.

import { equalRanges } from '../base/bytes.js'
import { failLimit, ParseError } from '../base/errors.js'
import { DerReader } from '../der/reader.js'
import * as tags from '../der/tags.js'
import { extensionReaders, type ExtensionName, type ExtensionValues, isExtensionName } from './extension-table.js'
import { type Identifier, identifierAt } from './object-identifiers.js'
import { inspectable, type Plain, toPlain } from './plain.js'

/** One extension: a view on its DER. `Value` is what it decodes to, by {@link ExtensionValues}. */
export class Extension<Value = unknown> {
  private decoded: Value | ParseError | undefined

  /** @internal Takes what {@link readExtensions} has found; users see no types of the DER layer. */
  constructor(...found: readonly unknown[])
  constructor(
    // Shared by the extensions of one structure.
    private readonly reader: DerReader,
    private readonly identifier: Identifier,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    /** Whether a validator that does not process this extension must refuse the certificate. */
    readonly critical: boolean,
  ) {}

  /** Dotted decimal. */
  get oid(): string {
    return this.identifier.oid
  }

  /** The registered name (`keyUsage`), or undefined. A name alone does not mean that {@link value} decodes it. */
  get name(): string | undefined {
    return this.identifier.name
  }

  /** Content of extnValue's OCTET STRING: the extension's DER, if it is any. */
  get bytes(): Uint8Array {
    return this.reader.bytes.subarray(this.valueStart, this.valueEnd)
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

  /** Name, criticality and value as plain data; bytes in place of a value that does not decode. */
  toJSON(): Plain {
    const { oid, name, critical, error } = this
    const value = error === undefined && this.isDecodable ? { value: this.value } : { bytes: this.bytes }
    return toPlain({ oid, name, critical, ...value, error: error?.message })
  }

  /** What `console.log` prints in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return inspectable('Extension', this.toJSON())
  }

  // Kept as a value, so that asking twice costs nothing and each caller sees the same error.
  private decode(): Value | ParseError {
    const { name } = this
    if (!isExtensionName(name)) return undefined as Value
    try {
      const reader = this.reader.turnTo(name, this.valueStart, this.valueEnd)
      const value: unknown = extensionReaders[name](reader)
      reader.finish()
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
export function skipExtensions(reader: DerReader, limit: number): number {
  const outerEnd = reader.enter(tags.SEQUENCE)
  if (reader.atEnd()) {
    reader.fail('empty-extensions', reader.position, 'one extension or more', 'none')
  }
  const seen = new SeenExtensions()
  let count = 0
  while (reader.position < reader.end) {
    const start = reader.position
    if (++count > limit) failLimit(reader.where, start - reader.origin, limit, 'extensions', 'extensionCount')
    const end = endOfCommonExtension(reader.bytes, start, reader.end)
    if (end > 0) reader.position = end
    const isNew = end > 0 ? seen.addArc(reader.bytes[start + 6] ?? 0) : skipExtension(reader, seen)
    if (!isNew) reader.fail('duplicate-extension', start, 'each extension once (RFC 5280 §4.2)', 'one again')
  }
  reader.leave(outerEnd)
  return count
}

/**
 * Where the Extension at `at` ends, if it is 2.5.29.n, n < 64, with all lengths below 128, as most are. Else -1, and
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
    (bytes[at + 6] ?? 0) > 63
  ) {
    return -1
  }
  const isCritical = bytes[at + 7] === tags.BOOLEAN && bytes[at + 8] === 1 && bytes[at + 9] === 0xff
  const value = isCritical ? at + 10 : at + 7
  return bytes[value] === tags.OCTET_STRING && value + 2 + (bytes[value + 1] ?? 0) === end ? end : -1
}

/** Steps over one Extension; false where {@link SeenExtensions} knows it already. */
function skipExtension(reader: DerReader, seen: SeenExtensions): boolean {
  const outerEnd = reader.enter(tags.SEQUENCE)
  const oidStart = reader.position
  reader.skipObjectIdentifier()
  const isNew = seen.add(reader.bytes, oidStart, reader.position)
  if (reader.peek() === tags.BOOLEAN) {
    const start = reader.position
    if (!reader.readBoolean()) {
      reader.failDefault(start, 'critical')
    }
  }
  reader.skip(tags.OCTET_STRING)
  reader.leave(outerEnd)
  return isNew
}

/** The extensions met so far, for the rule that none comes twice. */
class SeenExtensions {
  // Bit n stands for 2.5.29.n, n < 64: the common case costs no text and no comparison.
  private low = 0
  private high = 0
  // Where each of the others starts: one or two, and at most limits.extensionCount.
  private readonly others: number[] = []

  /** Notes 2.5.29.`arc`; false where it has been noted before. */
  addArc(arc: number): boolean {
    const bit = 1 << (arc & 31)
    const isNew = ((arc < 32 ? this.low : this.high) & bit) === 0
    if (arc < 32) this.low |= bit
    else this.high |= bit
    return isNew
  }

  /** Notes the OBJECT IDENTIFIER at `start` … `end`; false where it has been noted before. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const arc = bytes[start + 4] ?? 0
    if (end - start === 5 && bytes[start + 2] === 0x55 && bytes[start + 3] === 0x1d && arc < 64) return this.addArc(arc)
    // Elements carry their length: those that agree this far are the same.
    const isNew = !this.others.some((other) => equalRanges(bytes, other, bytes, start, end - start))
    this.others.push(start)
    return isNew
  }
}

/** `[n] EXPLICIT Extensions OPTIONAL`, as CRLs and OCSP have them, checked and read. @param tag the context tag */
export function readOptionalExtensions(reader: DerReader, tag: number, limit: number): readonly Extension[] {
  if (reader.peek() !== tag) return []
  const outerEnd = reader.enter(tag)
  const start = reader.position
  skipExtensions(reader, limit)
  reader.position = start
  const extensions = readExtensions(reader)
  reader.leave(outerEnd)
  return extensions
}

/** Reads `Extensions` that {@link skipExtensions} has accepted, as views. */
export function readExtensions(reader: DerReader): readonly Extension[] {
  const { bytes, where, position, end, origin } = reader
  // Its depth is the most there is: what the structure may nest to bounds parsing it (ReadLimits.derDepth).
  const shared = new DerReader(bytes, where, position, end, origin)
  const extensions: Extension[] = []
  const outerEnd = reader.enter(tags.SEQUENCE)
  while (reader.position < reader.end) {
    const extensionEnd = reader.enter(tags.SEQUENCE)
    reader.skip(tags.OBJECT_IDENTIFIER)
    const identifier = identifierAt(bytes, reader.contentStart, reader.position)
    const critical = reader.peek() === tags.BOOLEAN && reader.readBoolean()
    reader.skip(tags.OCTET_STRING)
    extensions.push(new Extension(shared, identifier, reader.contentStart, reader.position, critical))
    reader.leave(extensionEnd)
  }
  reader.leave(outerEnd)
  return extensions
}
