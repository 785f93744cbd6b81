// Misuse that would pass for a yes: every comparison with NaN is false, and a limit that is NaN limits nothing.

/** @throws TypeError for an invalid Date */
export function checkTime(name: string, time: Date): void {
  if (Number.isNaN(time.getTime())) throw new TypeError(`${name}: expected a time, found an invalid Date`)
}

/** @throws TypeError for what is no number from 0 to `most` */
export function checkNumber(name: string, value: number, most: number): void {
  if (value >= 0 && value <= most) return
  throw new TypeError(`${name}: expected a number from 0 to ${most}, found ${value}`)
}

/**
 * `given` over `defaults`. Those in `positive` are integers from 1 on, the others from 0 on.
 * @throws TypeError where one is not
 */
export function resolveIntegers<Numbers extends Readonly<Record<keyof Numbers, number>>>(
  name: string,
  defaults: Numbers,
  given: Partial<Numbers> = {},
  positive: readonly (keyof Numbers)[] = [],
): Numbers {
  const resolved = { ...defaults }
  for (const key of keysOf(defaults)) {
    const value = given[key]
    if (value === undefined) continue
    const least = Number(positive.includes(key))
    if (!Number.isSafeInteger(value) || value < least) {
      throw new TypeError(`${name}.${key}: expected an integer from ${least} on, found ${String(value)}`)
    }
    resolved[key] = value
  }
  return resolved
}

/** The names of its members. */
export const keysOf = <T extends object>(object: T): (keyof T & string)[] => Object.keys(object) as (keyof T & string)[]
