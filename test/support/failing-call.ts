/** Surroundings of which one call fails: before it does anything, or when it has done all of it and nobody is told so. */

export type When = 'before' | 'after'

export const OUT_OF_ORDER = 'out of order'

export class FailingCall {
  /** Calls so far. */
  calls = 0
  /** The call that failed. */
  failed: string | undefined
  /** Calls made while this is false neither count nor fail. */
  isCounting = true

  constructor(
    private readonly at: number,
    private readonly when: When,
  ) {}

  /** The same object, whose methods may fail; with names given, only those. */
  among<T extends object>(label: string, target: T, methods?: readonly (keyof T & string)[]): T {
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name)
        const isMeant = methods === undefined || methods.some((method) => method === name)
        if (typeof member !== 'function' || !isMeant) return member
        return async (...args: readonly unknown[]): Promise<unknown> => {
          const isHit = this.isCounting && this.calls++ === this.at
          if (isHit) this.failed = `${label}.${String(name)}`
          if (isHit && this.when === 'before') throw new Error(OUT_OF_ORDER)
          const result: unknown = await Reflect.apply(member, object, args)
          if (isHit) throw new Error(OUT_OF_ORDER)
          return result
        }
      },
    })
  }
}

/** Each call in turn of a life that makes so many, in both ways. */
export function* eachCall(calls: number, stride = 1): Generator<FailingCall> {
  const first = Math.floor(Math.random() * stride)
  for (const when of ['before', 'after'] as const) {
    for (let at = first; at < calls; at += stride) yield new FailingCall(at, when)
  }
}
