/** The runner and its command, with fake suites and judges. */

import { describe, expect, it } from 'vitest'
import { conformance } from './command.js'
import { ManifestError } from './formats/shape.js'
import { defineSuite, judgeAll, report, summarize, type ConformanceCase, type Judge } from './runner.js'

const cases: readonly ConformanceCase[] = [
  { id: 'good', accept: true },
  { id: 'bad', accept: false },
]
const right: Judge<ConformanceCase> = async ({ accept }) => ({ accepted: accept })
const wrong: Judge<ConformanceCase> = async ({ accept, id }) => ({ accepted: !accept, detail: `about ${id}` })
const failing: Judge<ConformanceCase> = async () => {
  throw new RangeError('too deep')
}

describe('judgeAll', () => {
  it('agrees when the judge accepts what is good and rejects what is bad', async () => {
    const outcome = await judgeAll(cases, right)
    expect(outcome).toMatchObject({ total: 2, disagreements: [] })
    expect(summarize('fake', outcome)).toStrictEqual({
      suite: 'fake',
      total: 2,
      agree: 2,
      falseAccepts: 0,
      falseRejects: 0,
      errors: 0,
      ms: outcome.ms,
    })
  })

  it('tells false accepts from false rejects', async () => {
    const outcome = await judgeAll(cases, wrong)
    expect(outcome.disagreements).toStrictEqual([
      { id: 'good', kind: 'false reject', detail: 'about good' },
      { id: 'bad', kind: 'false accept', detail: 'about bad' },
    ])
    expect(summarize('fake', outcome)).toMatchObject({ agree: 0, falseAccepts: 1, falseRejects: 1, errors: 0 })
  })

  it('counts a judge that throws as an error, also where rejection is expected', async () => {
    const outcome = await judgeAll(cases, failing)
    expect(outcome.disagreements.map(({ kind }) => kind)).toStrictEqual(['error', 'error'])
    expect(outcome.disagreements[0]?.detail).toBe('RangeError: too deep')
    expect(summarize('fake', outcome)).toMatchObject({ agree: 0, errors: 2 })
  })
})

describe('report', () => {
  it('lists every disagreement and ends with the numbers', () => {
    const disagreements = [{ id: 'bad', kind: 'false accept', detail: 'no reason' } as const]
    expect(report('fake', { total: 2, disagreements, ms: 7 })).toBe(
      'false accept: bad (no reason)\nsuite fake: 1/2 agree, 1 false accepts, 0 false rejects, 0 errors, 7 ms',
    )
  })
})

describe('the command', () => {
  it('exits 0 when every case agrees', async () => {
    expect(await run(['fake', 'there'], right)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^suite fake: 2\/2 agree/),
    })
  })

  it('exits 1 on any disagreement', async () => {
    expect(await run(['fake', 'there'], wrong)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^false reject: good \(about good\)/),
    })
    expect(await run(['fake', 'there'], failing)).toMatchObject({ code: 1 })
  })

  it('prints one object and nothing else with --json', async () => {
    const { code, lines } = await run(['fake', 'there', '--json'], wrong)
    expect(code).toBe(1)
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
      { suite: 'fake', total: 2, agree: 0, falseAccepts: 1, falseRejects: 1, errors: 0, ms: expect.any(Number) },
    ])
  })

  it('exits 3 and says what is missing when the suite has no judge', async () => {
    const { code, lines } = await run(['fake', 'there'])
    expect(code).toBe(3)
    expect(lines).toStrictEqual(['suite fake: 2 cases loaded; faking is not part of this version yet'])
  })

  it('claims no numbers for a suite without a judge', async () => {
    const { code, lines } = await run(['fake', 'there', '--json'])
    expect(code).toBe(3)
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
      {
        suite: 'fake',
        total: 2,
        agree: null,
        falseAccepts: null,
        falseRejects: null,
        errors: null,
        ms: null,
        unsupported: true,
      },
    ])
  })

  it.each([
    [[], 'which suite?'],
    [['other'], 'there is no suite other'],
    [['fake'], 'where are the cases of fake?'],
    [['fake', 'there', 'and', 'there'], 'one suite and one path, not also and there'],
    [['fake', 'there', '--fast'], "Unknown option '--fast'"],
    [['fake', 'there', '--peer', 'nobody'], 'there is no peer nobody'],
    [['fake', 'there', '--peer', 'pkijs'], 'peers judge limbo and pkits'],
  ])('exits 2 on misuse: %j', async (args, message) => {
    const { code, lines, errors } = await run(args, right)
    expect(code).toBe(2)
    expect(lines).toStrictEqual([])
    expect(errors.join('\n')).toContain(message)
    expect(errors.join('\n')).toContain('Usage:')
  })

  it('exits 2 when the data has another shape', async () => {
    const { code, errors } = await run(['fake', 'elsewhere'], right)
    expect(code).toBe(2)
    expect(errors).toStrictEqual(['fake.json: no cases'])
  })

  it('prints its usage with --help', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: .*<fake> <path> \[--json\]/),
    })
  })
})

async function run(args: readonly string[], judge?: Judge<ConformanceCase>) {
  const suite = defineSuite({
    subject: 'faking',
    load: (path: string) => {
      if (path !== 'there') throw new ManifestError('fake.json: no cases')
      return cases
    },
    ...(judge && { judge }),
  })
  const lines: string[] = []
  const errors: string[] = []
  const streams = { out: (line: string) => lines.push(line), err: (line: string) => errors.push(line) }
  const code = await conformance(args, new Map([['fake', suite]]), streams)
  return { code, lines, errors, out: lines.join('\n') }
}
