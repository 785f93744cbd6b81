// CRLs fetched from where certificates say they are: by whom, how often, and what becomes of failures.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/base/clock.js'
import type { FetchFunction } from '../../src/ocsp/index.js'
import {
  checkRevocation,
  type FetchCrlOptions,
  fetchCrlSource,
  type RevocationVerdict,
} from '../../src/revocation/index.js'
import type { TestCa, TestCertificate } from '../../src/testkit/index.js'
import { after, DAY, SECOND } from '../support/ocsp.js'
import { at, rootOf } from '../support/paths.js'
import { line, pathOf } from '../support/revocation.js'

const HOST = 'http://crl.example'
let root: TestCa
let authority: TestCa
let leaf: TestCertificate
let now: Date
const clock: Clock = { now: () => now }
/** What is at each URL: a CRL, a status, or what fetch comes to. */
const served = new Map<string, () => Promise<Uint8Array | number>>()
let asked: string[]

beforeEach(async () => {
  now = at
  asked = []
  served.clear()
  root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority', cRLDistributionPoints: [`${HOST}/root`] })
  leaf = await authority.issue({ cRLDistributionPoints: [`${HOST}/authority`] })
  served.set(`${HOST}/root`, async () => (await root.crl()).der)
  served.set(`${HOST}/authority`, async () => (await authority.crl()).der)
})

const fetch: FetchFunction = async (url) => {
  asked.push(url.replace(`${HOST}/`, ''))
  const answer = (await served.get(url)?.()) ?? 404
  return typeof answer === 'number' ? new Response(null, { status: answer }) : new Response(new Uint8Array(answer))
}
const source = (options: FetchCrlOptions = {}) => fetchCrlSource({ clock, fetch, ...options })
const check = async (crls = source(), target = leaf): Promise<RevocationVerdict> =>
  checkRevocation(await pathOf(target, root), { sources: { crls }, at: now })
const lines = ({ certificates }: RevocationVerdict): readonly string[] =>
  certificates.map(({ revocation }) => line(revocation))

describe('fetchCrlSource', () => {
  it('fetches the list each certificate names', async () => {
    authority.revoke(leaf, { reason: 'superseded' })
    expect(lines(await check())).toEqual(['revoked (superseded)', 'good'])
    expect(asked).toEqual(['authority', 'root'])
  })

  it('fetches deltas that the certificate or the list names', async () => {
    const delta = [`${HOST}/delta`]
    const base = await authority.crl({ freshestCRL: delta })
    const plain = await authority.crl({ number: base.number })
    for (const [certificate, list] of [
      [leaf, base],
      [await authority.issue({ cRLDistributionPoints: [`${HOST}/authority`], freshestCRL: delta }), plain],
    ] as const) {
      const { serialNumber } = certificate
      const entries = [{ serialNumber, revocationDate: at, reason: 'keyCompromise' as const }]
      const newer = await authority.crl({ delta: { base: base.number }, entries })
      served.set(`${HOST}/authority`, async () => list.der)
      served.set(`${HOST}/delta`, async () => newer.der)
      expect(lines(await check(source(), certificate))[0]).toBe('revoked (keyCompromise)')
    }
  })

  it('keeps a list until its nextUpdate, but for no longer than an hour', async () => {
    const crls = source()
    await check(crls)
    now = after(3600 * SECOND - 1)
    await check(crls)
    expect(asked).toEqual(['authority', 'root'])
    now = after(3600 * SECOND)
    await check(crls)
    expect(asked).toEqual(['authority', 'root', 'authority', 'root'])
  })

  it('asks again at the nextUpdate, and as soon as it is told', async () => {
    served.set(`${HOST}/authority`, async () => (await authority.crl({ nextUpdate: after(60 * SECOND) })).der)
    const crls = source()
    await check(crls)
    now = after(60 * SECOND)
    await check(crls)
    expect(asked).toEqual(['authority', 'root', 'authority'])
    const impatient = source({ keptFor: 0 })
    asked = []
    await check(impatient)
    await check(impatient)
    expect(asked).toEqual(['authority', 'root', 'authority', 'root'])
  })

  it('has a list in flight once, when it is new and when it has run out', async () => {
    const crls = source()
    const path = await pathOf(leaf, root)
    for (const [i, time] of [at, after(DAY), after(2 * DAY)].entries()) {
      now = time
      const many = Array.from({ length: 20 }, () => crls.crlsFor(leaf.certificate))
      expect(new Set((await Promise.all(many)).flat()).size).toBe(1)
      expect(asked).toHaveLength(i + 1)
    }
    expect(path.path).toHaveLength(2)
  })

  it('keeps no failure, and so many lists', async () => {
    const right = served.get(`${HOST}/authority`)
    served.set(`${HOST}/authority`, async () => 500)
    const crls = source()
    expect(lines(await check(crls))[0]).toBe('undetermined: the source failed: crl.example answers with status 500')
    if (right !== undefined) served.set(`${HOST}/authority`, right)
    expect(lines(await check(crls))).toEqual(['good', 'good'])
    asked = []
    const small = source({ keptLists: 1 })
    await check(small)
    await check(small)
    expect(asked).toEqual(['authority', 'root', 'authority', 'root'])
  })

  it('keeps the lists it has used last, of no more bytes than it may', async () => {
    const lists = [await authority.crl(), await root.crl()]
    const [first = 0, second = 0] = lists.map(({ der }) => der.length)
    served.set(`${HOST}/authority`, async () => lists[0]?.der ?? 404)
    served.set(`${HOST}/root`, async () => lists[1]?.der ?? 404)
    for (const [keptBytes, again] of [
      [first + second, []],
      [first + second - 1, ['authority', 'root']],
      [0, ['authority', 'root']],
    ] as const) {
      const crls = source({ keptBytes })
      const issuersInTurn = async (): Promise<readonly unknown[]> => {
        const [ofLeaf] = await crls.crlsFor(leaf.certificate)
        const [ofAuthority] = await crls.crlsFor(authority.certificate)
        return [ofLeaf?.issuer.toString(), ofAuthority?.issuer.toString()]
      }
      const issuers = await issuersInTurn()
      asked = []
      expect(await issuersInTurn()).toEqual(issuers)
      expect(asked).toEqual(again)
      expect(lines(await check(crls))).toEqual(['good', 'good'])
    }
    // Failures weigh nothing, and lists that are too large do not take their place.
    served.set(`${HOST}/authority`, async () => 503)
    const patient = source({ keptBytes: 0, failuresToOpen: 1 })
    asked = []
    for (let round = 0; round < 2; round++) await check(patient)
    expect(asked).toEqual(['authority', 'root', 'root'])
    served.set(`${HOST}/authority`, async () => lists[0]?.der ?? 404)
    // The one that was used last stays.
    const crls = source({ keptBytes: Math.max(first, second) })
    await crls.crlsFor(leaf.certificate)
    await crls.crlsFor(authority.certificate)
    asked = []
    await crls.crlsFor(authority.certificate)
    expect(asked).toEqual([])
  })

  it('keeps nothing from a time that has not come: its clock was set back', async () => {
    const crls = source()
    await check(crls)
    now = after(-SECOND)
    await check(crls)
    expect(asked).toEqual(['authority', 'root', 'authority', 'root'])
  })

  it('serves the list it has where nobody gives it a newer one, and hides no fault of the caller’s own by it', async () => {
    let isBroken = false
    const allowUrl = (): boolean => {
      if (isBroken) throw new TypeError('allowUrl is broken')
      return true
    }
    const crls = source({ allowUrl, failuresToOpen: 99 })
    authority.revoke(leaf, { reason: 'certificateHold' })
    const list = await authority.crl({ nextUpdate: after(DAY) })
    served.set(`${HOST}/authority`, async () => list.der)
    await check(crls)
    served.set(`${HOST}/authority`, async () => 503)
    now = after(DAY)
    expect(lines(await check(crls))[0]).toBe('revoked (certificateHold)')
    now = after(DAY + SECOND)
    expect(lines(await check(crls))[0]).toContain('undetermined')
    expect(lines(await check(crls))[0]).not.toContain('503')
    isBroken = true
    await expect(crls.crlsFor(leaf.certificate)).rejects.toThrow('allowUrl is broken')
    // What has failed does not take the list away.
    isBroken = false
    now = after(DAY)
    expect(lines(await check(crls))[0]).toBe('revoked (certificateHold)')
    served.set(`${HOST}/authority`, async () => (await authority.crl({ entries: [] })).der)
    expect(lines(await check(crls))[0]).toBe('good')
  })

  it('OCS-9 leaves a URI alone that goes on failing, and asks again when its time is over', async () => {
    let isDown = true
    let hasAnswered = false
    const right = served.get(`${HOST}/authority`)
    served.set(`${HOST}/authority`, async () => (isDown ? 503 : ((await right?.()) ?? 404)))
    const crls = source({ failuresToOpen: 3, openFor: 60 })
    const fetched = async (): Promise<number> => {
      asked = []
      const [status] = lines(await check(crls))
      hasAnswered ||= !isDown
      const failure = 'undetermined: the source failed: crl.example answers with status 503'
      expect(status).toBe(hasAnswered ? 'good' : failure)
      return asked.filter((path) => path === 'authority').length
    }
    for (const count of [1, 1, 1, 0, 0]) expect(await fetched()).toBe(count)
    now = after(60 * SECOND - 1)
    expect(await fetched()).toBe(0)
    // One try, and left alone again.
    now = after(60 * SECOND)
    for (const count of [1, 0]) expect(await fetched()).toBe(count)
    // A clock that is set back does not prolong it.
    now = at
    for (const count of [1, 0]) expect(await fetched()).toBe(count)
    isDown = false
    now = after(60 * SECOND)
    for (const count of [1, 0]) expect(await fetched()).toBe(count)
    // What failed before it answered is forgotten.
    isDown = true
    now = after(2 * 3600 * SECOND)
    for (const count of [1, 1, 1, 0]) expect(await fetched()).toBe(count)
  })

  it('OCS-9 counts a failure many have waited for as one', async () => {
    served.set(`${HOST}/authority`, async () => 503)
    const crls = source({ failuresToOpen: 2 })
    const many = Array.from({ length: 20 }, () => crls.crlsFor(leaf.certificate).catch(() => undefined))
    await Promise.all(many)
    await expect(crls.crlsFor(leaf.certificate)).rejects.toThrow('status 503')
    await expect(crls.crlsFor(leaf.certificate)).rejects.toThrow('status 503')
    expect(asked).toEqual(['authority', 'authority'])
  })

  it('takes the next point where one fails, four at the most', async () => {
    const points = ['a', 'b', 'authority'].map((name) => `${HOST}/${name}`)
    const pointed = await authority.issue({ cRLDistributionPoints: points })
    expect(lines(await check(source(), pointed))[0]).toBe('good')
    // The root's list is asked for meanwhile.
    const others = (): readonly string[] => asked.filter((name) => name !== 'root')
    expect([others(), asked.length]).toEqual([['a', 'b', 'authority'], 4])
    asked = []
    const hundred = Array.from({ length: 100 }, (_, i) => `${HOST}/${i}`)
    await check(source(), await authority.issue({ cRLDistributionPoints: hundred }))
    expect([others(), asked.length]).toEqual([['0', '1', '2', '3'], 5])
  })

  it('passes over points that are no URIs, wherever they stand', async () => {
    const pointed = await authority.issue({
      cRLDistributionPoints: [
        { distributionPoint: { relativeName: 'List 1' } },
        { cRLIssuer: { directory: ['Authority'] } },
        { distributionPoint: { directory: ['Authority'], dns: [`${HOST}/dns`], uri: [`${HOST}/authority`] } },
      ],
    })
    await source().crlsFor(pointed.certificate)
    expect(asked).toEqual(['authority'])
  })

  it('takes the next point where one has something else, and hides no fault of the caller’s own', async () => {
    served.set(`${HOST}/page`, async () => new TextEncoder().encode('<html>'))
    const points = ['page', 'authority'].map((name) => `${HOST}/${name}`)
    const pointed = await authority.issue({ cRLDistributionPoints: points })
    expect(lines(await check(source(), pointed))[0]).toBe('good')
    const allowUrl = ({ pathname }: { readonly pathname: string }): boolean => {
      if (pathname === '/page') throw new TypeError('allowUrl is broken')
      return true
    }
    await expect(source({ allowUrl }).crlsFor(pointed.certificate)).rejects.toThrow('allowUrl is broken')
  })

  it('leaves what is no CRL, and what is none over HTTP, undetermined', async () => {
    served.set(`${HOST}/authority`, async () => new TextEncoder().encode('<html>'))
    expect(lines(await check())[0]).toContain('the source failed: CertificateList')
    asked = []
    const odd = ['ldap://crl.example/cn=x', 'file:///etc/passwd']
    expect(lines(await check(source(), await authority.issue({ cRLDistributionPoints: odd })))[0]).toBe(
      'undetermined: no CRL could be used',
    )
    expect(asked).toEqual(['root'])
  })

  it('refuses a list beyond the limit', async () => {
    expect(lines(await check(source({ maximumSize: 100 })))[0]).toContain('answers with more than 100 bytes')
  })

  it.each([
    { timeout: NaN },
    { maximumSize: NaN },
    { keptLists: NaN },
    { keptBytes: NaN },
    { keptBytes: -1 },
    { keptFor: NaN },
    { keptFor: -1 },
    { failuresToOpen: NaN },
    { openFor: -1 },
  ])('refuses a limit that is none: %o', (options) => {
    expect(() => fetchCrlSource(options)).toThrow(TypeError)
  })
})

describe('fetchCrlSource over the network', () => {
  let server: Server
  let connections: number
  let url: string
  beforeEach(async () => {
    connections = 0
    server = createServer((_, response) => {
      authority.crl().then(
        ({ der }) => response.end(der),
        () => response.destroy(),
      )
    })
    server.on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.crl`
  })
  afterEach(() => server.close())

  it('OCS-4 connects to no private host unless the caller accepts that', async () => {
    const pointed = await authority.issue({ cRLDistributionPoints: [url] })
    const [refused] = lines(await check(fetchCrlSource({ clock }), pointed))
    expect(refused).toContain('comes from a certificate and names a private host')
    expect(connections).toBe(0)
    const [status] = lines(await check(fetchCrlSource({ clock, privateHosts: 'accept' }), pointed))
    expect([status, connections]).toEqual(['good', 1])
  })
})
