// A sorted list in chunks: inserting, removing and finding cost the square root of its length, and no rebuilding.

/** Items per chunk before it is split; a chunk is moved by one fast copy. */
const CHUNK = 512

/** `P` is what an item is compared by: a place to look for need not be an item. */
export class SortedList<T extends P, P = T> {
  private readonly chunks: T[][] = []

  constructor(private readonly compare: (a: P, b: P) => number) {}

  /** A list of items in any order. */
  static of<T extends P, P>(compare: (a: P, b: P) => number, items: Iterable<T>): SortedList<T, P> {
    const list = new SortedList<T, P>(compare)
    const sorted = [...items].sort(compare)
    for (let at = 0; at < sorted.length; at += CHUNK) list.chunks.push(sorted.slice(at, at + CHUNK))
    return list
  }

  insert(item: T): void {
    const at = this.chunkFor(item)
    const chunk = this.chunks[at]
    if (chunk === undefined) {
      this.chunks.push([item])
      return
    }
    chunk.splice(this.positionIn(chunk, item), 0, item)
    if (chunk.length > 2 * CHUNK) this.chunks.splice(at + 1, 0, chunk.splice(CHUNK))
  }

  /** Removes the item that compares equal, if there is one. */
  remove(item: P): void {
    const at = this.chunkFor(item)
    const chunk = this.chunks[at]
    const position = chunk === undefined ? 0 : this.positionIn(chunk, item)
    const found = chunk?.[position]
    if (chunk === undefined || found === undefined || this.compare(found, item) !== 0) return
    chunk.splice(position, 1)
    if (chunk.length === 0) this.chunks.splice(at, 1)
  }

  /** The item that compares equal. */
  find(item: P): T | undefined {
    const chunk = this.chunks[this.chunkFor(item)]
    const found = chunk?.[this.positionIn(chunk, item)]
    return found !== undefined && this.compare(found, item) === 0 ? found : undefined
  }

  /** Items after `start`, or all; from the end before it where `direction` says so. */
  *walk(direction: 'ascending' | 'descending', start?: P): Generator<T> {
    const forward = direction === 'ascending'
    const step = forward ? 1 : -1
    let at = start === undefined ? (forward ? 0 : this.chunks.length - 1) : this.chunkFor(start)
    let chunk = this.chunks[at]
    let position = forward ? 0 : (chunk?.length ?? 0) - 1
    if (start !== undefined && chunk !== undefined) {
      position = this.positionIn(chunk, start)
      const found = chunk[position]
      if (!forward) position--
      else if (found !== undefined && this.compare(found, start) === 0) position++
    }
    for (;;) {
      const item = chunk?.[position]
      if (item !== undefined) {
        yield item
        position += step
        continue
      }
      at += step
      chunk = this.chunks[at]
      if (chunk === undefined) return
      position = forward ? 0 : chunk.length - 1
    }
  }

  /** The last chunk that starts at or before the item; the first where none does. */
  private chunkFor(item: P): number {
    let low = 0
    let high = this.chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const first = this.chunks[middle]?.[0]
      if (first !== undefined && this.compare(first, item) <= 0) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  /** The first position whose item is not before `item`. */
  private positionIn(chunk: readonly T[], item: P): number {
    let low = 0
    let high = chunk.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = chunk[middle]
      if (other !== undefined && this.compare(other, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
