// Bytes that were right until somebody changed them.

import fc from 'fast-check'

/** One mutation: flip, truncate, splice, repeat, or claim another length. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), with: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    with: fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x31),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at: fc.nat(), with: fc.constant(0) }),
  fc.record({ kind: fc.constant('splice' as const), at: fc.nat(), with: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), with: fc.nat(60) }),
)
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutate(bytes: Uint8Array, { kind, at, with: value }: Mutation, seeds: readonly Uint8Array[]): Uint8Array {
  const index = at % Math.max(bytes.length, 1)
  const [head, tail] = [bytes.slice(0, index), bytes.slice(index)]
  switch (kind) {
    case 'flip':
      return bytes.map((byte, i) => (i === index ? byte ^ value : byte))
    case 'set':
      return bytes.map((byte, i) => (i === index ? value : byte))
    case 'truncate':
      return head
    case 'splice': {
      const other = seeds[value % seeds.length] ?? bytes
      return Uint8Array.from([...head, ...other.slice(index % other.length)])
    }
    case 'repeat':
      return Uint8Array.from([...head, ...tail.slice(0, value), ...tail])
  }
}

/** One of the seeds, after up to four mutations. */
export const mutationsOf = (seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.nat(seeds.length - 1), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([seed, mutations]) =>
      mutations.reduce((bytes, one) => mutate(bytes, one, seeds), seeds[seed] ?? new Uint8Array(0)),
    )
