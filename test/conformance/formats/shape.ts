/** Checks of untrusted JSON against the shape a manifest must have. Every failure names the place in the file. */

export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/** Reads the value at `place`, for example `pkits.json[3].crls`, or throws a {@link ManifestError} that names it. */
export type Shape<T> = (value: unknown, place: string) => T

export const text: Shape<string> = (value, place) =>
  typeof value === 'string' ? value : mismatch(place, 'a string', value)

export const flag: Shape<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : mismatch(place, 'true or false', value)

export const count: Shape<number> = (value, place) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : mismatch(place, 'a whole number from 0', value)

/** RFC 3339 date and time, offset included: one without would depend on the machine's time zone. */
export const instant: Shape<Date> = (value, place) => {
  const written = matching(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/,
    'a date and time with offset',
  )
  const date = new Date(written(value, place))
  return Number.isNaN(date.getTime()) ? mismatch(place, 'a date and time that exists', value) : date
}

/** Object identifiers in dotted form. */
export const dottedIdentifier: Shape<string> = (value, place) =>
  matching(/^[0-2](?:\.(?:0|[1-9]\d*))+$/, 'a dotted object identifier')(value, place)

/** The name of a file right inside its directory: a manifest never leads elsewhere. */
export const fileName: Shape<string> = (value, place) => matching(/^[\w-][\w.-]*$/, 'a plain file name')(value, place)

export function matching(pattern: RegExp, expected: string): Shape<string> {
  return (value, place) => (typeof value === 'string' && pattern.test(value) ? value : mismatch(place, expected, value))
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Shape<T> {
  return (value, place) =>
    allowed.find((one) => one === value) ?? mismatch(place, `one of ${allowed.join(', ')}`, value)
}

export function eitherOf<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, place) => {
    try {
      return first(value, place)
    } catch {
      return second(value, place)
    }
  }
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((one: unknown, index) => item(one, `${place}[${index}]`))
      : mismatch(place, 'a list', value)
}

/** A member that may be null or absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, place) => (value === undefined || value === null ? undefined : shape(value, place))
}

export function withDefault<T>(shape: Shape<T>, fallback: T): Shape<T> {
  return (value, place) => (value === undefined ? fallback : shape(value, place))
}

type Members<T> = { readonly [K in keyof T]: Shape<T[K]> }

/** An object with these members. Others are ignored, as upstream adds members over time. */
export function object<T extends object>(members: Members<T>): Shape<T> {
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(place, 'an object', value)
    const given = new Map<string, unknown>(Object.entries(value))
    const read = Object.entries<Shape<unknown>>(members).map(([name, shape]) => [
      name,
      shape(given.get(name), `${place}.${name}`),
    ])
    return Object.fromEntries(read) as T
  }
}

/** Refuses a suite without cases, which would agree with anything, and one that names two cases alike. */
export function checkCases(cases: readonly { readonly id: string }[], place: string): void {
  if (cases.length === 0) throw new ManifestError(`${place}: no cases`)
  const seen = new Set<string>()
  for (const { id } of cases) {
    if (seen.has(id)) throw new ManifestError(`${place}: two cases are named ${id}`)
    seen.add(id)
  }
}

function mismatch(place: string, expected: string, value: unknown): never {
  const found = value === undefined ? 'nothing' : JSON.stringify(value)
  throw new ManifestError(
    `${place}: expected ${expected}, found ${found.length > 60 ? `${found.slice(0, 60)}…` : found}`,
  )
}
