// One process at a time. The lock is a directory of numbered files, `000000000042.held` by its holder or `.free` again; who
// makes the next number has it. A lock is taken over by making a file, never by removing one, so that two who find the same
// lock abandoned cannot both have it: a number is made once.

import { setTimeout as sleep } from 'node:timers/promises'
import { membersOf } from '../../base/json.js'
import { asFileStoreError, FileStoreError, systemCode } from './errors.js'
import { type Files, forEach } from './files.js'
import { type Holder, newHolder, type Processes } from './holder.js'

export interface LockOptions {
  /** Milliseconds to wait for another holder. */
  readonly timeout: number
  /** Milliseconds after which a holder that nothing is known about counts as dead; undefined: never. */
  readonly presumeDeadAfter: number | undefined
}

const DIRECTORY = 'lock'
const NAME = /^(\d{12})\.(held|free)$/
/** Numbers kept behind the highest, so that one who looks at the directory while it moves on still sees the latest. */
const KEPT = 16
/** Milliseconds between two looks, doubled from the least to the most. */
const LEAST_WAIT = 2
const MOST_WAIT = 50

interface Place {
  readonly number: number
  readonly state: 'held' | 'free'
}

/** What a look at the lock comes to: who holds or held it, and whether it may be taken. */
interface Status {
  readonly by: string | undefined
  readonly free: boolean
  readonly mine?: boolean
}

const unheld: Status = { by: undefined, free: true }

const fileOf = ({ number, state }: Place): string => `${DIRECTORY}/${String(number).padStart(12, '0')}.${state}`

export class DirectoryLock {
  private readonly holder: Holder
  private readonly created: string
  private held: number | undefined
  /** The number given back last. */
  private givenBack: number | undefined
  /** When the number that is waited for was first seen: whoever makes another lives. */
  private seen: { readonly number: number; readonly since: number } | undefined

  constructor(
    private readonly files: Files,
    private readonly processes: Processes,
    private readonly options: LockOptions,
  ) {
    this.holder = newHolder(processes)
    this.created = files.path(`${DIRECTORY}/new.${this.holder.token}`)
  }

  /**
   * Waits for the lock and takes it. Returns who left it behind where its last holder is gone, else undefined.
   * @throws FileStoreError `locked` where it takes longer than the timeout
   */
  async acquire(): Promise<string | undefined> {
    const deadline = performance.now() + this.options.timeout
    for (let wait = LEAST_WAIT; ; wait = Math.min(2 * wait, MOST_WAIT)) {
      let inTheWay: string | undefined
      try {
        if (await this.takeAgain()) return undefined
        const highest = highestOf(await this.places())
        const status = highest?.state === 'held' ? await this.inspect(highest) : unheld
        inTheWay = status.by
        if (status.mine) {
          this.held = highest?.number
          return undefined
        }
        if (status.free && (await this.take((highest?.number ?? 0) + 1))) return status.by
      } catch (error) {
        throw asFileStoreError(error, this.files.path(DIRECTORY), 'taking the lock')
      }
      if (performance.now() > deadline) throw this.timedOut(inTheWay)
      // Unevenly, so that two who wait do not look at the same moments for ever.
      await sleep(wait * (0.5 + Math.random()))
    }
  }

  /** Gives the lock back. Where that fails it stays this object's, to be used and given back later. */
  async release(): Promise<void> {
    if (this.held === undefined) return
    const number = this.held
    const { system } = this.files
    const from = this.files.path(fileOf({ number, state: 'held' }))
    // A new name for a file needs no space, so that a full disk locks nobody out.
    await system.rename(from, this.files.path(fileOf({ number, state: 'free' })))
    this.held = undefined
    this.givenBack = number
  }

  /** Removes what crashes have left. To be called by the holder. Whoever waits meanwhile writes its file again. */
  async tidy(): Promise<void> {
    await this.discardUpTo((this.held ?? 0) - KEPT, await this.places())
    for (const name of await this.files.list(DIRECTORY)) {
      if (name.startsWith('new.')) await this.files.discard(this.files.path(`${DIRECTORY}/${name}`))
    }
  }

  private timedOut(by: string | undefined): FileStoreError {
    const message =
      `another process has held the lock for ${this.options.timeout} ms (${by ?? 'several, one after the other'}): wait for ` +
      `it to end. Only if it is certain that no process uses the store, remove the files in ${DIRECTORY}`
    return new FileStoreError('locked', this.files.path(DIRECTORY), message)
  }

  private async places(): Promise<readonly Place[]> {
    const places: Place[] = []
    for (const name of await this.files.list(DIRECTORY)) {
      const [, digits, state] = NAME.exec(name) ?? []
      if (digits !== undefined) places.push({ number: Number(digits), state: state === 'free' ? 'free' : 'held' })
    }
    return places
  }

  /** Who holds a place, and whether it may be taken over. */
  private async inspect(place: Place): Promise<Status> {
    const text = await this.files.read(fileOf(place))
    // Given back or moved on in between: look again.
    if (text === undefined) return { by: 'a process that has just given it back', free: false }
    const holder = readHolder(text)
    // A lock gets its name when it is written in full: an empty one was cut off by a power failure.
    if (holder === undefined) return { by: 'a process a power failure has ended', free: true }
    if (holder.token === this.holder.token) return { by: 'this process', free: false, mine: true }
    const by = `process ${holder.pid} on ${holder.host}`
    const liveness = this.processes.liveness(holder)
    return { by, free: liveness === 'dead' || (liveness === 'unknown' && this.isPresumedDead(place)) }
  }

  private isPresumedDead({ number }: Place): boolean {
    const now = performance.now()
    if (this.seen?.number !== number) this.seen = { number, since: now }
    const { presumeDeadAfter } = this.options
    return presumeDeadAfter !== undefined && now - this.seen.since >= presumeDeadAfter
  }

  /** Takes the lock where nobody has had it since: the file given back says already what the next one is to say. */
  private async takeAgain(): Promise<boolean> {
    const number = this.givenBack
    this.givenBack = undefined
    return number !== undefined && this.link(this.files.path(fileOf({ number, state: 'free' })), number + 1)
  }

  /** Makes the number, written before it gets its name. False where somebody else was faster. */
  private async take(number: number): Promise<boolean> {
    const { files, created } = this
    await files.discard(created)
    await files.writeNew(created, `${JSON.stringify(this.holder)}\n`, 'not synced')
    try {
      return await this.link(created, number)
    } finally {
      await files.discard(created)
    }
  }

  /** Makes the number of a file that is there. False where somebody else was faster. */
  private async link(from: string, number: number): Promise<boolean> {
    const { files } = this
    const name = files.path(fileOf({ number, state: 'held' }))
    try {
      if (!(await files.linkOnce(from, name))) return false
    } catch (error) {
      // Tidied away by the holder.
      if (systemCode(error) === 'ENOENT') return false
      throw error
    }
    // The number may be one of the past, made and removed since it was looked for.
    const places = await this.places()
    const highest = highestOf(places)
    if (highest?.number === number && highest.state === 'held') {
      this.held = number
      // Several at once, when there are some.
      if (places.length >= 2 * KEPT) await this.discardUpTo(number - KEPT, places)
      return true
    }
    await files.discard(name)
    return false
  }

  private async discardUpTo(number: number, places: readonly Place[]): Promise<void> {
    const old = places.filter((place) => place.number <= number)
    await forEach(old, (place) => this.files.discard(this.files.path(fileOf(place))))
  }
}

/** The place that counts: the highest number, given back where both its names are there. */
function highestOf(places: readonly Place[]): Place | undefined {
  let found: Place | undefined
  for (const place of places) {
    const isHigher = found === undefined || place.number > found.number
    if (isHigher || (place.number === found?.number && place.state === 'free')) found = place
  }
  return found
}

function readHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const { token, host, boot, processSpace, pid, started } = membersOf(value)
    const texts = [token, host, boot, processSpace, started]
    if (!texts.every((item) => typeof item === 'string') || !Number.isSafeInteger(pid)) return undefined
    return value as Holder
  } catch {
    return undefined
  }
}
