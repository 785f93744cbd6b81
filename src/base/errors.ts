// The one error that malformed bytes cause. Judgements about trust are verdicts and never thrown.

/** Why bytes were refused. The list is closed; a switch over it is checked by the compiler. */
export type ParseErrorCode =
  // DER, X.690
  | 'truncated'
  | 'trailing-bytes'
  | 'indefinite-length'
  | 'non-minimal-length'
  | 'length-exceeds-parent'
  | 'length-too-large'
  | 'unexpected-tag'
  | 'invalid-tag'
  | 'constructed-string'
  | 'empty-integer'
  | 'non-minimal-integer'
  | 'integer-out-of-range'
  | 'invalid-boolean'
  | 'invalid-bit-string'
  | 'invalid-null'
  | 'invalid-object-identifier'
  | 'invalid-time'
  | 'invalid-string'
  | 'set-out-of-order'
  | 'explicit-default'
  | 'too-deep'
  // X.509, PKCS#10, CMS
  | 'invalid-version'
  | 'unexpected-field'
  | 'algorithm-mismatch'
  | 'invalid-algorithm-parameters'
  | 'invalid-name'
  | 'invalid-public-key'
  | 'duplicate-extension'
  | 'empty-extensions'
  | 'invalid-extension'
  | 'duplicate-attribute'
  | 'unsupported-content-type'
  // PEM and files
  | 'invalid-pem'
  | 'invalid-base64'
  | 'private-key'
  | 'unrecognised-format'
  | 'empty-input'
  | 'limit-exceeded'

/** Facts of a {@link ParseError}. */
export interface ParseErrorFacts {
  readonly code: ParseErrorCode
  /** The field being read, from the outside in: `Certificate.tbsCertificate.validity`. */
  readonly where: string
  /** Byte offset of the fault from the start of the bytes given: of the DER inside a PEM block, of the file else. */
  readonly offset: number
  /** What the rule wants. */
  readonly expected: string
  /** What stands there. Never holds key material. */
  readonly found: string
  /** What the reader of the message can do about it. */
  readonly remedy?: string | undefined
}

/**
 * Malformed bytes: the input is not what it claims to be. Says what was expected, what was found, where, and, where
 * there is something to do about it, what.
 */
export class ParseError extends Error implements ParseErrorFacts {
  override readonly name = 'ParseError'
  declare readonly code: ParseErrorCode
  declare readonly where: string
  declare readonly offset: number
  declare readonly expected: string
  declare readonly found: string
  declare readonly remedy: string | undefined

  constructor(facts: ParseErrorFacts, options?: ErrorOptions) {
    const remedy = facts.remedy === undefined ? '' : `; ${facts.remedy}`
    super(`${facts.where}: expected ${facts.expected}, found ${facts.found} at byte ${facts.offset}${remedy}`, options)
    Object.assign(this, facts)
  }
}

/** By its name, and not its class: there may be two copies of this library in a program, its ESM build and its CommonJS one. */
export const isParseError = (error: unknown): error is ParseError =>
  (error as { readonly name?: unknown } | undefined)?.name === 'ParseError'

/** `read()`, or what `otherwise` makes of the {@link ParseError} it throws. */
export function readOr<T, U>(read: () => T, otherwise: (error: ParseError) => U): T | U {
  try {
    return read()
  } catch (error) {
    if (isParseError(error)) return otherwise(error)
    throw error
  }
}

/**
 * Throws `error`; a {@link ParseError} with `part` in front of its field, and its offset, which counts from the start of the
 * part, counted from where the part starts at `start`.
 */
export function rethrowFrom(error: unknown, part: string, start = 0): never {
  if (!isParseError(error)) throw error
  const { where, offset, ...facts } = error
  throw new ParseError({ ...facts, where: `${part}: ${where}`, offset: start + offset }, { cause: error })
}

/** What to do about data that end early or do not fit together. */
export const CUT_SHORT = 'the data may be cut short or changed: fetch or export it again'

/** Throws a {@link ParseError}. */
export function fail(
  code: ParseErrorCode,
  where: string,
  offset: number,
  expected: string,
  found: string,
  remedy?: string,
): never {
  throw new ParseError({ code, where, offset, expected, found, remedy })
}

/** Throws a {@link ParseError}: one more than a limit allows. */
export const failDepth = (where: string, offset: number, limit: number): never =>
  failLimit(where, offset, limit, 'nested structures', 'derDepth', 'too-deep')

/** Throws what exceeding a limit of {@link ReadLimits} throws. */
export function failLimit(
  where: string,
  offset: number,
  limit: number,
  what: string,
  setting: string,
  code: ParseErrorCode = 'limit-exceeded',
): never {
  const expected = `at most ${limit} ${what} (limits.${setting})`
  return fail(code, where, offset, expected, 'more', 'raise the limit if the source is trusted')
}
