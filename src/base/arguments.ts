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

/** `given` over `defaults`. @throws TypeError where one is not an integer from 0 on */
export function resolveIntegers<Numbers extends Readonly<Record<keyof Numbers, number>>>(
  name: string,
  defaults: Numbers,
  given: Partial<Numbers> = {},
): Numbers {
  const resolved = { ...defaults }
  for (const key of Object.keys(defaults) as (keyof Numbers)[]) {
    const value = given[key]
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`${name}.${String(key)}: expected an integer from 0 on, found ${String(value)}`)
    }
    resolved[key] = value
  }
  return resolved
}
