// A map by scope, without making a text of every scope first.

import type { Scope } from './records.js'

/** Values by node and purpose. */
export class ScopeMap<T> {
  private readonly nodes = new Map<string, Map<string, T>>()

  get({ node, purpose }: Scope): T | undefined {
    return this.nodes.get(node)?.get(purpose)
  }

  set({ node, purpose }: Scope, value: T): void {
    const purposes = this.nodes.get(node)
    if (purposes === undefined) this.nodes.set(node, new Map([[purpose, value]]))
    else purposes.set(purpose, value)
  }

  /** The value, made and kept where there is none. */
  ensure(scope: Scope, make: () => T): T {
    const known = this.get(scope)
    if (known !== undefined) return known
    const made = make()
    this.set(scope, made)
    return made
  }

  *values(): Generator<T> {
    for (const purposes of this.nodes.values()) yield* purposes.values()
  }
}
