/** What is handed to a runtime, and what comes back. */

/** Cases of one group, judged by the judge of that name. */
export interface Vectors {
  readonly group: string
  readonly cases: readonly unknown[]
}

export interface GroupResult {
  readonly group: string
  readonly total: number
  /** A sentence for each case that came out otherwise than it should. */
  readonly failures: readonly string[]
  /** Of each case whose signature the runtime's cryptography does not know, which is refused and said. */
  readonly unsupported: readonly string[]
  readonly ms: number
}

/** The runtime has no such signatures or keys. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}

/** Resolves where a case comes out as it should; rejects with what was expected and found, or as {@link Unsupported}. */
export type Judge = (testCase: never) => Promise<void>

export function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [is, shouldBe] = [JSON.stringify(found), JSON.stringify(expected)]
  if (is !== shouldBe) throw new Error(`${what}: expected ${shouldBe}, found ${is}`)
}
