// Counts how often code looks at the bytes it is given: a bound on its steps that no clock can blur.

/** `bytes`, and how many single-byte reads have gone through the returned array so far. */
export function countReads(bytes: Uint8Array): { readonly counted: Uint8Array; readonly reads: () => number } {
  let reads = 0
  const counted = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) {
        reads++
        return target[Number(property)]
      }
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { counted, reads: () => reads }
}
