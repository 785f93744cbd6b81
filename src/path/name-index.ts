// Things by a distinguished name, found in one step however many there are.

import { ensure } from '../base/ensure.js'
import type { Name } from '../x509/index.js'

/** An index by {@link Name.canonicalKey}. */
export class NameIndex<T> {
  private readonly byName = new Map<string, T[]>()

  constructor(items: Iterable<T>, nameOf: (item: T) => Name) {
    for (const item of items) ensure(this.byName, nameOf(item).canonicalKey, (): T[] => []).push(item)
  }

  /** Everything with this name, in the order it came. */
  named(name: Name): readonly T[] {
    return this.byName.get(name.canonicalKey) ?? []
  }
}
