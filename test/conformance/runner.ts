/** Runs the cases of a suite through its judge and counts agreement. Knows no suite and no format. */

/** What every suite's cases have in common. */
export interface ConformanceCase {
  readonly id: string
  /** Whether the suite expects acceptance. */
  readonly accept: boolean
}

export interface Judgement {
  readonly accepted: boolean
  /** Why, for the list of disagreements. */
  readonly detail?: string
}

export type Judge<C extends ConformanceCase> = (testCase: C) => Promise<Judgement>

export interface SuiteDefinition<C extends ConformanceCase> {
  /** What the judge decides, to say what is missing while there is none. */
  readonly subject: string
  /** Reads every case from a path; throws a ManifestError when the data has another shape. */
  readonly load: (path: string) => readonly C[]
  readonly judge?: Judge<C>
}

/** A suite whose kind of case is its own affair, so that all suites fit one registry. */
export interface Suite {
  readonly subject: string
  load(path: string): LoadedSuite
}

export interface LoadedSuite {
  readonly cases: readonly ConformanceCase[]
  /** Undefined while this version cannot judge the suite. */
  readonly judgeAll: (() => Promise<Outcome>) | undefined
}

export function defineSuite<C extends ConformanceCase>({ subject, load, judge }: SuiteDefinition<C>): Suite {
  return {
    subject,
    load(path) {
      const cases = load(path)
      return { cases, judgeAll: judge && (() => judgeAll(cases, judge)) }
    },
  }
}

export interface Disagreement {
  readonly id: string
  readonly kind: 'false accept' | 'false reject' | 'error'
  readonly detail: string
}

export interface Outcome {
  readonly total: number
  readonly disagreements: readonly Disagreement[]
  readonly ms: number
}

/** Judges the cases one after the other; a judge that throws has erred, whatever the case expects. */
export async function judgeAll<C extends ConformanceCase>(cases: readonly C[], judge: Judge<C>): Promise<Outcome> {
  const start = performance.now()
  const disagreements: Disagreement[] = []
  for (const testCase of cases) {
    const disagreement = await judgeOne(testCase, judge)
    if (disagreement !== undefined) disagreements.push(disagreement)
  }
  return { total: cases.length, disagreements, ms: Math.round(performance.now() - start) }
}

async function judgeOne<C extends ConformanceCase>(testCase: C, judge: Judge<C>): Promise<Disagreement | undefined> {
  const { id, accept } = testCase
  try {
    const { accepted, detail = '' } = await judge(testCase)
    if (accepted === accept) return undefined
    return { id, kind: accepted ? 'false accept' : 'false reject', detail }
  } catch (error) {
    return { id, kind: 'error', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** The numbers of a run, as `--json` prints them; without a judge there are none but the total. */
export interface Summary {
  readonly suite: string
  readonly total: number
  readonly agree: number | null
  readonly falseAccepts: number | null
  readonly falseRejects: number | null
  readonly errors: number | null
  readonly ms: number | null
  readonly unsupported?: true
}

export function summarize(suite: string, { total, disagreements, ms }: Outcome): Summary {
  const countOf = (kind: Disagreement['kind']): number => disagreements.filter((one) => one.kind === kind).length
  return {
    suite,
    total,
    agree: total - disagreements.length,
    falseAccepts: countOf('false accept'),
    falseRejects: countOf('false reject'),
    errors: countOf('error'),
    ms,
  }
}

export function summarizeUnsupported(suite: string, total: number): Summary {
  return {
    suite,
    total,
    agree: null,
    falseAccepts: null,
    falseRejects: null,
    errors: null,
    ms: null,
    unsupported: true,
  }
}

/** The summary for people: each disagreement on a line, then the numbers. */
export function report(suite: string, outcome: Outcome): string {
  const { total, agree, falseAccepts, falseRejects, errors, ms } = summarize(suite, outcome)
  const lines = outcome.disagreements.map(
    ({ id, kind, detail }) => `${kind}: ${id}${detail === '' ? '' : ` (${detail})`}`,
  )
  const numbers = `${falseAccepts} false accepts, ${falseRejects} false rejects, ${errors} errors, ${ms} ms`
  return [...lines, `suite ${suite}: ${agree}/${total} agree, ${numbers}`].join('\n')
}
