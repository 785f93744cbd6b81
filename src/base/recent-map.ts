// A map that forgets: what it holds may come from strangers, and must not grow with what they send.

/** A map of at most so many entries, none if 0: the one used longest ago makes room. */
export class RecentMap<Key, Value> {
  private readonly entries = new Map<Key, Value>()

  constructor(private readonly most: number) {}

  /** The value, which counts as used. */
  get(key: Key): Value | undefined {
    const value = this.entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  delete(key: Key): void {
    this.entries.delete(key)
  }

  /** The value used longest ago first. */
  values(): Iterable<Value> {
    return this.entries.values()
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key)
    this.entries.set(key, value)
    if (this.entries.size <= this.most) return
    // Not before it is known that one has to go: to find the first, a map goes over all that were deleted before it.
    const [oldest] = this.entries.keys()
    this.entries.delete(oldest as Key)
  }
}
