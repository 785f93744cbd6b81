// Laws of those who ask and keep: what an OCSP client and a source of CRLs say of a certificate over time, by responders and
// authorities that tell the truth as far as they know it, and a network that loses, delays and forges.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createOcspClient, OcspTransportError } from '../../src/ocsp/index.js'
import { fetchCrlSource } from '../../src/revocation/index.js'
import { testKey, type TestCa, type TestCertificate, type TestCertificateStatus } from '../../src/testkit/index.js'
import { runsOf } from '../support/extent.js'
import { after, DAY, makeScene } from '../support/ocsp.js'
import { rootOf } from '../support/paths.js'
import { line, pathOf, statusByCrl } from '../support/revocation.js'

const MINUTE = DAY / 24 / 60
const uris = ['http://one.example/', 'http://two.example/']

let authority: TestCa
let namesake: TestCa
let leaf: TestCertificate
beforeAll(async () => {
  const scene = await makeScene()
  authority = scene.authority
  namesake = scene.namesake
  leaf = await authority.issue({ authorityInfoAccess: { ocsp: uris } })
})

/** What a responder that is asked does: it answers anew, with an answer of before, as one that does not know, or not. */
const reply = fc.oneof(
  { weight: 4, arbitrary: fc.constant('anew' as const) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }) },
  { weight: 4, arbitrary: fc.constantFrom('unknown' as const, 'down' as const, 'later' as const, 'forged' as const) },
)
type Reply = typeof reply extends fc.Arbitrary<infer T> ? T : never

/** What becomes of a certificate. */
const fate = fc.constantFrom('hold' as const, 'release' as const, 'keyCompromise' as const)
interface Truth {
  readonly state: 'good' | 'hold' | 'keyCompromise'
  readonly since: number
}
/** The truth after that: nothing happens after what is final, and no release of what is not on hold. */
function changed(truth: Truth, act: 'hold' | 'release' | 'keyCompromise', now: number): Truth {
  const isPossible = act === 'release' ? truth.state === 'hold' : act !== truth.state
  if (truth.state === 'keyCompromise' || !isPossible) return truth
  return { state: act === 'release' ? 'good' : act, since: now }
}

/** What happens so many minutes after what happened before: to the certificate, or somebody asks. */
const story = <Question>(question: fc.Arbitrary<Question>) =>
  fc.array(
    fc.record({
      minutes: fc.constantFrom(0, 1, 7, 30, 60, 200),
      act: fc.oneof({ weight: 2, arbitrary: fate }, { weight: 5, arbitrary: question }),
    }),
    { minLength: 2, maxLength: 16 },
  )

/** An answer that was signed: when, until when it holds, and what it says. */
interface Signed {
  readonly time: number
  readonly until: number
  readonly state: string
  readonly der: Uint8Array
}

const certStatus = (state: string, since: number): TestCertificateStatus =>
  state === 'good' || state === 'unknown'
    ? state
    : { revocationTime: new Date(since), revocationReason: state === 'hold' ? 'certificateHold' : 'keyCompromise' }

const check = fc.record({
  replies: fc.tuple(reply, reply),
  /** How long an answer holds that is given now, in minutes. */
  holds: fc.constantFrom(10, 60, 240),
  /** Answers kept for longer than that do not do, in minutes. */
  kept: fc.option(fc.constantFrom(0, 5, 60), { nil: undefined }),
})

describe('an OCSP client', () => {
  it('says what is newest of what it was told, asks where it has to, and never forgets a final revocation', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story(check), async (steps) => {
        let now = after(0).getTime()
        let truth: Truth = { state: 'good', since: now }
        const signed: Signed[] = []
        let last: (Signed & { readonly at: number }) | undefined
        let replies: readonly Reply[] = []
        let holds = 0
        let answered: Signed[] = []
        let asked = 0
        const sign = async (ca: TestCa, state: string, request: Uint8Array): Promise<Signed> => {
          const until = now + holds * MINUTE
          const times = { thisUpdate: new Date(now), nextUpdate: new Date(until), producedAt: new Date(now) }
          const status = (): TestCertificateStatus => certStatus(state, truth.since)
          const responder = await ca.ocspResponder({ mode: 'direct', status, ...times })
          return { time: now, until, state, der: await responder.answer(request) }
        }
        const client = createOcspClient({
          clock: { now: () => new Date(now) },
          clockSkew: 0,
          clientLimits: { retries: 0, failuresToOpen: 1000 },
          transport: {
            send: async ({ uri, request }) => {
              asked++
              const way = replies[uris.indexOf(uri)]
              if (way === 'down' || way === undefined) throw new OcspTransportError('network', 'down')
              if (way === 'later')
                return (await authority.ocspResponder({ responseStatus: 'tryLater' })).answer(request)
              if (way === 'forged') return (await sign(namesake, 'good', request)).der
              const old = typeof way === 'number' ? signed.at(-1 - way) : undefined
              const one = old ?? (await sign(authority, way === 'unknown' ? 'unknown' : truth.state, request))
              if (old === undefined) signed.push(one)
              answered.push(one)
              return one.der
            },
          },
        })
        for (const { minutes, act } of steps) {
          now += minutes * MINUTE
          if (typeof act === 'string') {
            truth = changed(truth, act, now)
            continue
          }
          ;({ replies, holds } = act)
          answered = []
          asked = 0
          const since = act.kept === undefined ? -Infinity : now - act.kept * MINUTE
          const keptSince = act.kept === undefined ? [] : [new Date(since)]
          const verdict = await client.check(leaf.certificate, authority.certificate, ...keptSince)
          const status = !verdict.ok
            ? 'undetermined'
            : verdict.status !== 'revoked'
              ? verdict.status
              : verdict.reason === 'certificateHold'
                ? 'hold'
                : verdict.reason
          seen.add(status)

          const isFinal = last?.state === 'keyCompromise'
          const known = last !== undefined && (isFinal || now < last.until) ? last : undefined
          const isKept = known !== undefined && (isFinal || known.at >= since)
          // Whom nobody needs nobody asks.
          if (isKept)
            expect([asked, verdict.ok && verdict.thisUpdate.getTime(), status]).toEqual([0, known.time, known.state])
          const usable = answered.filter(({ until, state }) => now <= until || state === 'keyCompromise')
          const newer = usable.find(({ state }) => state !== 'unknown') ?? usable.at(-1)
          const isReplay = known !== undefined && newer !== undefined && newer.time < known.time
          const right: Signed | undefined = isKept || (isReplay && newer.state !== 'keyCompromise') ? known : newer
          expect([status, verdict.ok && verdict.thisUpdate.getTime()]).toEqual([
            right?.state ?? 'undetermined',
            right?.time ?? false,
          ])
          if (right !== undefined) last = { ...right, at: isKept ? known.at : now }
        }
      }),
      { numRuns: runsOf(300) },
    )
    expect([...seen].sort()).toEqual(['good', 'hold', 'keyCompromise', 'undetermined', 'unknown'])
  })
})

const visit = fc.record({
  /** What is at the distribution point: a list of now or of before, something else, or nobody. */
  found: fc.oneof(fc.constant('now' as const), fc.nat({ max: 3 }), fc.constantFrom('page' as const, 503 as const)),
  /** How long a list holds that is issued now, in minutes. */
  holds: fc.constantFrom(10, 60, 240),
})

describe('a source of CRLs', () => {
  it('has the list it fetched last as long as nobody gives it another, and asks for one every hour', async () => {
    const seen = new Set<string>()
    const root = await rootOf()
    const key = await testKey('p256', 'asked')
    await fc.assert(
      fc.asyncProperty(story(visit), async (visits) => {
        let now = after(0).getTime()
        let truth: Truth = { state: 'good', since: now }
        const authority = await root.issueIntermediate({ name: 'Authority', key })
        const leaf = await authority.issue({ cRLDistributionPoints: ['http://crl.example/'] })
        const path = await pathOf(leaf, root)
        const issued: Signed[] = []
        let held: (Signed & { readonly at: number }) | undefined
        let serve: () => Promise<Signed | 'page' | 503> = async () => 503
        let asked = 0
        const crls = fetchCrlSource({
          clock: { now: () => new Date(now) },
          failuresToOpen: 1000,
          fetch: async () => {
            asked++
            const answer = await serve()
            if (answer === 503) return new Response(null, { status: answer })
            return new Response(answer === 'page' ? 'a page' : new Uint8Array(answer.der))
          },
        })
        for (const { minutes, act } of visits) {
          now += minutes * MINUTE
          if (typeof act === 'string') {
            truth = changed(truth, act, now)
            continue
          }
          asked = 0
          let given: Signed | undefined
          serve = async () => {
            const { found, holds } = act
            if (found === 'page' || found === 503) return found
            given = found === 'now' ? undefined : issued.at(-1 - found)
            if (given === undefined) {
              const { state, since } = truth
              const revocation = { serialNumber: leaf.serialNumber, revocationDate: new Date(since) }
              const reason = state === 'hold' ? ('certificateHold' as const) : ('keyCompromise' as const)
              const until = now + holds * MINUTE
              const { der } = await authority.crl({
                ...{ thisUpdate: new Date(now), nextUpdate: new Date(until) },
                entries: state === 'good' ? [] : [{ ...revocation, reason }],
              })
              given = { time: now, until, state, der }
              issued.push(given)
            }
            return given
          }
          const isKept = held !== undefined && now < Math.min(held.until, held.at + 60 * MINUTE)
          const status = line(await statusByCrl(path, [], { sources: { crls }, at: new Date(now) })).replace(/:.*/, '')
          expect(asked).toBe(isKept ? 0 : 1)
          if (given !== undefined) held = { ...given, at: now }
          const holds = held !== undefined && (now <= held.until || held.state === 'keyCompromise')
          const right = holds ? held?.state : 'undetermined'
          seen.add(status)
          expect(
            status.replace('revoked (certificateHold)', 'hold').replace('revoked (keyCompromise)', 'keyCompromise'),
          ).toBe(right)
        }
      }),
      { numRuns: runsOf(200) },
    )
    expect([...seen].sort()).toEqual(['good', 'revoked (certificateHold)', 'revoked (keyCompromise)', 'undetermined'])
  })
})
