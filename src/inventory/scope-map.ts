// A map by scope, without making a text of every scope first.

import { ensure } from '../base/ensure.js'
import type { Scope } from './records.js'

/** Values by node and purpose. */
export class ScopeMap<T> {
  private readonly nodes = new Map<string, Map<string, T>>()

  get({ node, purpose }: Scope): T | undefined {
    return this.nodes.get(node)?.get(purpose)
  }

  set({ node, purpose }: Scope, value: T): void {
    ensure(this.nodes, node, () => new Map<string, T>()).set(purpose, value)
  }

  /** The value, made and kept where there is none. */
  ensure(scope: Scope, make: () => T): T {
    return ensure(this, scope, make)
  }

  *values(): Generator<T> {
    for (const purposes of this.nodes.values()) yield* purposes.values()
  }
}

/** The scopes of records or places, each once. */
export function scopesOf(places: readonly Scope[]): readonly Scope[] {
  const scopes = new ScopeMap<Scope>()
  for (const { node, purpose } of places) scopes.set({ node, purpose }, { node, purpose })
  return [...scopes.values()]
}
