// Measures contenders side by side. In every round each contender runs one batch, and rounds alternate the order, so
// that a slow spell of the machine falls on all of them; ratios are taken within a round. No gc() is forced between
// rounds: V8 would then drop compiled code, and peers in JavaScript would run two or three times slower.

/** One way to do the work of a group. */
export interface Contender {
  readonly name: string
  /**
   * Does the work once and returns what it made, all of it, or a promise of it. `index` counts the calls, for taking
   * another input each time. Called once before anything is timed: what it throws then is reported in place of times.
   */
  readonly run: (index: number) => unknown
  /** What to multiply by where a call does only part of the work: 50 for 100 certificates of 5,000. */
  readonly scale?: number
  /** What makes the numbers not quite the others'. */
  readonly note?: string | undefined
}

export interface Measurement {
  readonly name: string
  readonly median_us: number
  readonly fastest_us: number
  /** Median over the rounds of this contender's time by the reference's in the same round. */
  readonly ratio: number
  readonly rounds: number
  readonly calls: number
  readonly note?: string | undefined
}

export interface Failure {
  readonly name: string
  readonly error: string
  readonly note?: string | undefined
}

export type Row = Measurement | Failure

export const isFailure = (row: Row): row is Failure => 'error' in row

export interface Plan {
  /** Name of the contender that ratios divide by; it must not throw. */
  readonly reference: string
  /** Rounds of the fast contenders; odd, so that the median is one of them. */
  readonly rounds: number
  /** Time one batch aims at. */
  readonly batchMs: number
  /** Time a contender may take in all: slow ones get fewer rounds, spread evenly, but never less than one. */
  readonly contenderMs: number
  /** Time a contender runs before anything is measured, so that the compiler has seen enough. */
  readonly warmUpMs: number
}

const defaultPlan = { rounds: 21, batchMs: 20, contenderMs: 1_500, warmUpMs: 400 }

/** Results land here, where the compiler cannot prove that nobody looks. */
const kept: { last: unknown } = { last: undefined }

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** A contender under way. */
class Runner {
  readonly times = new Map<number, number>()
  error: string | undefined
  rounds = 0
  private callsPerBatch = 1
  private calls = 0

  constructor(readonly contender: Contender) {}

  /** First call, warm-up until the compiler has seen enough, and from its speed the size of batches. */
  async prepare(plan: Plan): Promise<void> {
    try {
      const first = await this.time(1)
      let callMs = first
      const warmUntil = performance.now() + Math.min(plan.contenderMs / 4, plan.warmUpMs)
      while (first < plan.contenderMs && performance.now() < warmUntil) {
        callMs = await this.time(Math.max(1, Math.round(1 / callMs)))
      }
      this.callsPerBatch = Math.max(1, Math.round(plan.batchMs / callMs))
      this.rounds = Math.min(plan.rounds, Math.max(1, Math.floor(plan.contenderMs / (callMs * this.callsPerBatch))))
    } catch (error) {
      this.error = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
  }

  /** Milliseconds a call takes, over `calls` calls. */
  private async time(calls: number): Promise<number> {
    const { run } = this.contender
    const start = performance.now()
    for (let i = 0; i < calls; i++) {
      const made = run(this.calls++)
      // Awaiting costs as much as a short call: only who waits pays for it.
      kept.last = made instanceof Promise ? await made : made
    }
    const taken = performance.now() - start
    // Or the next contender's garbage collections would trace it.
    kept.last = undefined
    return taken / calls
  }

  async takePart(round: number, rounds: number): Promise<void> {
    const isDue = Math.floor(((round + 1) * this.rounds) / rounds) > Math.floor((round * this.rounds) / rounds)
    if (isDue) this.times.set(round, (await this.time(this.callsPerBatch)) * (this.contender.scale ?? 1))
  }

  row(reference: Runner): Row {
    const { name, note } = this.contender
    if (this.error !== undefined) return { name, note, error: this.error }
    const times = [...this.times.values()]
    const ratios = [...this.times].map(([round, time]) => time / (reference.times.get(round) ?? NaN))
    return {
      name,
      median_us: median(times) * 1000,
      fastest_us: Math.min(...times) * 1000,
      ratio: median(ratios),
      rounds: times.length,
      calls: times.length * this.callsPerBatch,
      note,
    }
  }
}

/** Runs the contenders interleaved. */
export async function compare(
  contenders: readonly Contender[],
  plan: Partial<Plan> & Pick<Plan, 'reference'>,
): Promise<Row[]> {
  const whole: Plan = { ...defaultPlan, ...plan }
  const runners = contenders.map((contender) => new Runner(contender))
  const reference = runners.find(({ contender }) => contender.name === whole.reference)
  if (reference === undefined) throw new Error(`no contender is called ${whole.reference}`)
  for (const runner of runners) await runner.prepare(whole)
  if (reference.error !== undefined) throw new Error(`${whole.reference} failed: ${reference.error}`)
  reference.rounds = whole.rounds
  const forwards = runners.filter(({ error }) => error === undefined)
  const backwards = [...forwards].reverse()
  for (let round = 0; round < whole.rounds; round++) {
    for (const runner of round % 2 === 0 ? forwards : backwards) await runner.takePart(round, whole.rounds)
  }
  return runners.map((runner) => runner.row(reference))
}
