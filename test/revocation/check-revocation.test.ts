// The revocation of a whole path (OCS-2, OCS-3): sources in their order, policies, and certificates nobody need ask about.

import { beforeAll, describe, expect, it } from 'vitest'
import { fixedClock } from '../../src/base/clock.js'
import { type CertificateList, parseCertificateList } from '../../src/crl/index.js'
import { runtimeCrypto } from '../../src/crypto/index.js'
import { createOcspClient, type OcspClient, type RevocationPolicy } from '../../src/ocsp/index.js'
import { explain, type BuiltPath, rfc5280, rfc5280Section6, validatePath } from '../../src/path/index.js'
import { checkRevocation, type RevocationCheck, type RevocationVerdict } from '../../src/revocation/index.js'
import type { OcspResponderOptions, TestCa, TestCertificate } from '../../src/testkit/index.js'
import { after, answer, DAY } from '../support/ocsp.js'
import { at, rootOf } from '../support/paths.js'
import { line, listsOf, pathOf } from '../support/revocation.js'

let root: TestCa
let authority: TestCa
let leaf: TestCertificate
let path: BuiltPath
beforeAll(async () => {
  root = await rootOf()
  authority = await root.issueIntermediate({ name: 'Authority' })
  leaf = await authority.issue()
  path = await pathOf(leaf, root)
})

const revocationTime = after(-DAY)
const revoked = { revocationTime, revocationReason: 'keyCompromise' } as const

/** A response about a certificate of `issuer`. */
const about = (issuer: TestCa, certificate: TestCertificate, options: OcspResponderOptions = {}): Promise<Uint8Array> =>
  answer({ authority: issuer, leaf: certificate }, options)

/** A client that asks the responder of whichever authority issued the certificate, and how often it was asked. */
async function clientOf(options: OcspResponderOptions = {}): Promise<{ client: OcspClient; asked: () => number }> {
  const responders = await Promise.all([root, authority].map((issuer) => issuer.ocspResponder(options)))
  let count = 0
  const client = createOcspClient({
    clock: fixedClock(at),
    responder: { uri: 'http://ocsp.example/' },
    clientLimits: { retries: 0 },
    transport: {
      async send({ request }) {
        count++
        const [byRoot, byAuthority] = await Promise.all(responders.map((respond) => respond.answer(request)))
        // Unauthorized is five bytes.
        return byRoot !== undefined && byRoot.length > 5 ? byRoot : (byAuthority ?? new Uint8Array(0))
      },
    },
  })
  return { client, asked: () => count }
}

const check = (
  sources: RevocationCheck['sources'],
  more: Partial<RevocationCheck> = {},
  built = path,
): Promise<RevocationVerdict> => checkRevocation(built, { sources, at, ...more })
/** Of each certificate the status, target first. */
const statuses = ({ certificates }: RevocationVerdict): readonly string[] =>
  certificates.map(({ revocation }) => revocation.status)

describe('checkRevocation asks', () => {
  it('OCSP first, and no CRL where that answers', async () => {
    const { client, asked } = await clientOf()
    const crls = { crlsFor: () => Promise.reject(new Error('asked')) }
    const verdict = await check({ ocsp: client, crls })
    expect([verdict.ok, statuses(verdict), asked()]).toEqual([true, ['good', 'good'], 2])
    expect(verdict.certificates[0]?.revocation).toMatchObject({ source: 'OCSP responder', notes: [] })
  })

  it('about all certificates of the path at the same time, so that they wait for one answer and not for each', async () => {
    const lists = [await root.crl(), await authority.crl()].map(({ der }) => parseCertificateList(der))
    for (const order of ['ocsp-first', 'crl-first'] as const) {
      let waiting: (() => void)[] = []
      // Nobody is answered before all have asked.
      const untilAllAsk = (): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve)
          if (waiting.length < path.path.length) return
          for (const answered of waiting) answered()
          waiting = []
        })
      const { client } = await clientOf()
      const ocsp: OcspClient = {
        check: async (certificate, issuer) => {
          await untilAllAsk()
          return client.check(certificate, issuer)
        },
      }
      const source = { crlsFor: () => untilAllAsk().then(() => lists) }
      expect(statuses(await check({ ocsp, crls: source }, { order }))).toEqual(['good', 'good'])
    }
  })

  it('CRLs first where told to, and no responder where these answer', async () => {
    const { client, asked } = await clientOf()
    const crls = listsOf([await root.crl(), await authority.crl()])
    const verdict = await check({ ocsp: client, crls }, { order: 'crl-first' })
    expect([verdict.ok, statuses(verdict), asked()]).toEqual([true, ['good', 'good'], 0])
  })

  it('the other source where the first says nothing, and notes why it did not', async () => {
    const { client } = await clientOf({ responseStatus: 'tryLater' })
    const crls = listsOf([await root.crl(), await authority.crl()])
    const byCrl = await check({ ocsp: client, crls })
    expect(statuses(byCrl)).toEqual(['good', 'good'])
    const { client: right } = await clientOf()
    const byOcsp = await check({ ocsp: right, crls: [] }, { order: 'crl-first' })
    expect(byOcsp.certificates[0]?.revocation).toMatchObject({ status: 'good', source: 'OCSP responder' })
  })

  it('on where a responder does not know the certificate, and says unknown where nobody does', async () => {
    const { client } = await clientOf({ status: () => 'unknown' })
    const crls = listsOf([await root.crl(), await authority.crl()])
    expect(statuses(await check({ ocsp: client, crls }))).toEqual(['good', 'good'])
    expect(statuses(await check({ ocsp: client, crls: [] }))).toEqual(['unknown', 'unknown'])
    expect(statuses(await check({ ocsp: client, crls: [] }, { order: 'crl-first' }))).toEqual(['unknown', 'unknown'])
  })

  it('responses at hand before the responder', async () => {
    const { client, asked } = await clientOf()
    const ocspResponses = [await about(authority, leaf), await about(root, authority)]
    expect(statuses(await check({ ocsp: client, ocspResponses }))).toEqual(['good', 'good'])
    expect(asked()).toBe(0)
    const unsure = [await about(authority, leaf, { status: () => 'unknown' })]
    expect(statuses(await check({ ocsp: client, ocspResponses: unsure }))).toEqual(['good', 'good'])
    expect(asked()).toBe(2)
  })

  it('a source of CRLs about each certificate, and takes its failure for no answer', async () => {
    const asked: string[] = []
    const lists = new Map<string, readonly CertificateList[]>([
      ['CN=Root', [parseCertificateList((await root.crl()).der)]],
      ['CN=Authority', [parseCertificateList((await authority.crl()).der)]],
    ])
    const crls = {
      crlsFor: (certificate: { issuer: { toString(): string } }) => {
        const issuer = certificate.issuer.toString()
        asked.push(issuer)
        return Promise.resolve(lists.get(issuer) ?? [])
      },
    }
    expect(statuses(await check({ crls }))).toEqual(['good', 'good'])
    expect(asked).toEqual(['CN=Authority', 'CN=Root'])
    const failing = { crlsFor: () => Promise.reject(new Error('no route to host')) }
    const verdict = await check({ crls: failing }, { scope: 'target' })
    expect(verdict.findings.map(({ message }) => message)).toEqual([
      'whether it is revoked could not be determined (CRLs: the source failed: no route to host)',
    ])
  })

  it('an OCSP client of the application, and takes its failure for no answer', async () => {
    const ocsp: OcspClient = { check: () => Promise.reject(new Error('the module is locked')) }
    const verdict = await check({ ocsp }, { scope: 'target' })
    expect(verdict.findings.map(({ message }) => message)).toEqual([
      'whether it is revoked could not be determined (OCSP responder: the source failed: the module is locked)',
    ])
    const crls = listsOf([await root.crl(), await authority.crl()])
    expect(statuses(await check({ ocsp, crls }))).toEqual(['good', 'good'])
    const unsure = [await about(authority, leaf, { status: () => 'unknown' })]
    expect(statuses(await check({ ocsp, ocspResponses: unsure }, { scope: 'target' }))).toEqual(['unknown'])
  })

  it('nobody where there is nobody to ask', async () => {
    const verdict = await check({})
    expect(statuses(verdict)).toEqual(['undetermined', 'undetermined'])
    expect(verdict.findings.map(({ message }) => message)).toEqual([
      'whether it is revoked could not be determined',
      'whether it is revoked could not be determined',
    ])
  })
})

describe('checkRevocation of responses at hand', () => {
  it('finds each certificate’s among those of others, whatever their order', async () => {
    const stranger = await authority.issue()
    const responses = [
      await about(authority, leaf),
      await about(root, authority),
      await about(authority, stranger, { status: () => revoked }),
      new TextEncoder().encode('no response'),
      await about(authority, leaf, { signature: 'broken', status: () => revoked }),
    ]
    for (let turn = 0; turn < responses.length; turn++) {
      const ocspResponses = [...responses.slice(turn), ...responses.slice(0, turn)]
      expect(statuses(await check({ ocspResponses }))).toEqual(['good', 'good'])
      expect(statuses(await check({ ocspResponses: ocspResponses.reverse() }))).toEqual(['good', 'good'])
    }
  })

  it('one response may be about several', async () => {
    const [first, second] = [await authority.certId(leaf), await authority.certId(await authority.issue())]
    const both = await about(authority, leaf, {
      answers: ([right]) =>
        right === undefined
          ? []
          : [
              { ...right, certId: second },
              { ...right, certId: first },
            ],
    })
    expect(statuses(await check({ ocspResponses: [both] }, { scope: 'target' }))).toEqual(['good'])
  })

  it('judges each by the profile and with the provider of the check', async () => {
    const ocspResponses = [await about(authority, leaf)]
    const judge = async (more: Partial<RevocationCheck>): Promise<readonly string[]> =>
      statuses(await check({ ocspResponses }, { scope: 'target', ...more }))
    expect(await judge({})).toEqual(['good'])
    expect(await judge({ profile: { ...rfc5280, keys: { ...rfc5280.keys, curves: [] } } })).toEqual(['undetermined'])
    expect(await judge({ crypto: { ...runtimeCrypto, verify: () => 'unsupported' } })).toEqual(['undetermined'])
  })

  it('hides no failure of the provider’s own, be it asked about a response or a list', async () => {
    const verify = (): never => {
      throw new RangeError('the provider is broken')
    }
    const crypto = { ...runtimeCrypto, verify }
    const crls = listsOf([await authority.crl()])
    await expect(check({ crls }, { crypto })).rejects.toThrow('the provider is broken')
    await expect(check({ ocspResponses: [await about(authority, leaf)] }, { crypto })).rejects.toThrow(
      'the provider is broken',
    )
  })

  it('believes the gravest of several, whatever their order', async () => {
    const held = { revocationTime, revocationReason: 'certificateHold' } as const
    const [good, unknown, onHold, final] = [
      await about(authority, leaf),
      await about(authority, leaf, { status: () => 'unknown' }),
      await about(authority, leaf, { status: () => held }),
      await about(authority, leaf, { status: () => revoked }),
    ]
    for (const [ocspResponses, expected] of [
      [[good, unknown], 'good'],
      [[good, unknown, onHold], 'revoked (certificateHold)'],
      [[good, final, unknown, onHold], 'revoked (keyCompromise)'],
    ] as const) {
      for (const responses of [ocspResponses, [...ocspResponses].reverse()]) {
        const verdict = await check({ ocspResponses: responses }, { scope: 'target' })
        expect(verdict.certificates.map(({ revocation }) => line(revocation))).toEqual([expected])
      }
    }
  })

  it('OCS-1 looks up a delegate without ocspNoCheck in the CRLs', async () => {
    const options = { responderCertificate: { without: ['ocspNoCheck'] } } as const
    const signer = (await authority.ocspResponder(options)).certificate
    const ocspResponses = [await about(authority, leaf, { responder: signer })]
    const target = { scope: 'target', order: 'ocsp-first' } as const
    const crl = (entries: readonly TestCertificate[]) =>
      authority.crl({ entries: entries.map(({ serialNumber }) => ({ serialNumber, revocationDate: revocationTime })) })
    const judge = async (...lists: Parameters<typeof listsOf>[0]): Promise<string> => {
      const verdict = await check({ ocspResponses, crls: listsOf(lists) }, target)
      const [one] = verdict.certificates
      return one === undefined ? '' : line(one.revocation)
    }
    expect(await judge()).toContain('the responder’s own certificate is undetermined')
    expect(await judge(await crl([]))).toBe('good')
    // The list says so of the leaf itself, for want of a responder that counts.
    const revoking = await check({ ocspResponses, crls: listsOf([await crl([signer])]) }, target)
    expect(revoking.certificates[0]?.revocation).toMatchObject({
      status: 'good',
      source: expect.stringContaining('CRL of'),
    })
    expect(await judge(await crl([signer, leaf]))).toBe('revoked (unspecified)')
  })

  it('OCS-1 takes the word of a designated responder', async () => {
    const responder = await authority.ocspResponder({ mode: 'designated' })
    const ocspResponses = [await about(authority, leaf, { mode: 'designated', responder: responder.certificate })]
    const trustedResponders = [{ certificate: responder.certificate.certificate, authorities: [authority.certificate] }]
    const scope = 'target'
    expect(statuses(await check({ ocspResponses }, { scope }))).toEqual(['undetermined'])
    expect(statuses(await check({ ocspResponses }, { scope, trustedResponders }))).toEqual(['good'])
  })
})

describe('OCS-3 the policy', () => {
  const options = {
    good: {},
    unknown: { status: () => 'unknown' },
    revoked: { status: () => revoked },
    undetermined: { responseStatus: 'unauthorized' },
  } as const satisfies Record<string, OcspResponderOptions>

  it.each<[keyof typeof options, Readonly<Record<RevocationPolicy, string>>]>([
    ['good', { 'common-criteria': '', 'standard-hard-fail': '', 'standard-soft-fail': '' }],
    ['unknown', { 'common-criteria': 'revocation-unknown', 'standard-hard-fail': '', 'standard-soft-fail': '' }],
    ['revoked', { 'common-criteria': 'revoked', 'standard-hard-fail': 'revoked', 'standard-soft-fail': 'revoked' }],
    [
      'undetermined',
      {
        'common-criteria': 'revocation-undetermined',
        'standard-hard-fail': 'revocation-undetermined',
        'standard-soft-fail': '',
      },
    ],
  ])('decides %s', async (status, byPolicy) => {
    for (const [policy, code] of Object.entries(byPolicy)) {
      const ocspResponses = [await about(authority, leaf, options[status])]
      const verdict = await check({ ocspResponses }, { policy: policy as RevocationPolicy, scope: 'target' })
      expect(verdict.findings.map((finding) => finding.code).join()).toBe(code)
      expect(verdict.ok).toBe(code === '')
      expect(statuses(verdict)).toEqual([status])
      for (const { rule } of verdict.findings) expect(rule).toBe(`RFC 5280 §6.1.3 (a) (3), OCS-3 ${policy}`)
    }
  })

  it('is common-criteria by default', async () => {
    expect((await check({})).findings[0]?.rule).toContain('common-criteria')
  })

  it('is told with the reason in words', async () => {
    const messageOf = async (sources: RevocationCheck['sources']): Promise<string | undefined> =>
      (await check(sources, { scope: 'target' })).findings[0]?.message
    expect(await messageOf({ ocspResponses: [await about(authority, leaf, options.revoked)] })).toBe(
      'it is revoked at 2026-05-31T00:00:00.000Z (keyCompromise), says OCSP response at hand',
    )
    const entries = [
      { serialNumber: leaf.serialNumber, revocationDate: revocationTime, reason: 'certificateHold' as const },
    ]
    expect(await messageOf({ crls: listsOf([await authority.crl({ entries })]) })).toBe(
      'it is on hold since 2026-05-31T00:00:00.000Z (certificateHold), says CRL of CN=Authority, 2026-06-01T00:00:00.000Z',
    )
    expect(await messageOf({ ocspResponses: [await about(authority, leaf, options.unknown)] })).toBe(
      'OCSP response at hand does not know it',
    )
    const crls = listsOf([await authority.crl({ signature: 'broken' })])
    expect(await messageOf({ ocspResponses: [await about(authority, leaf, options.undetermined)], crls })).toBe(
      'whether it is revoked could not be determined (OCSP response at hand: the responder answers unauthorized; ' +
        'CRL of CN=Authority, 2026-06-01T00:00:00.000Z: its signature does not verify; CRLs: no CRL could be used)',
    )
  })
})

describe('checkRevocation checks', () => {
  it('every certificate but the anchor, or the target alone', async () => {
    const crls = listsOf([await root.crl(), await authority.crl()])
    expect(statuses(await check({ crls }))).toEqual(['good', 'good'])
    expect(statuses(await check({ crls }, { scope: 'target' }))).toEqual(['good'])
    const direct = await pathOf(authority, root)
    expect(statuses(await check({ crls }, {}, direct))).toEqual(['good'])
  })

  it('an intermediate, and says which certificate is revoked', async () => {
    const entries = [{ serialNumber: authority.serialNumber, revocationDate: revocationTime }]
    const crls = listsOf([await root.crl({ entries }), await authority.crl()])
    const verdict = await check({ crls })
    expect([verdict.ok, statuses(verdict)]).toEqual([false, ['good', 'revoked']])
    expect(verdict.findings.map(({ certificate }) => certificate.equals(authority.certificate))).toEqual([true])
  })

  it('each list’s signature once, for however many certificates and places', async () => {
    let count = 0
    const crypto = {
      digest: runtimeCrypto.digest.bind(runtimeCrypto),
      verify: (...args: Parameters<typeof runtimeCrypto.verify>) => {
        count++
        return runtimeCrypto.verify(...args)
      },
    }
    const crls = listsOf([await root.crl(), await authority.crl({ thisUpdate: after(-DAY) }), await authority.crl()])
    const points = ['http://crl.example/a', 'http://crl.example/b']
    const pointed = await pathOf(await authority.issue({ cRLDistributionPoints: points }), root)
    await check({ crls }, { crypto }, pointed)
    // The older list of the authority need not be verified.
    expect(count).toBe(2)
  })

  it('whatever a list that is malformed says', async () => {
    const right = await authority.crl()
    const delta = await authority.crl({
      delta: { base: right.number },
      // Ed25519 with parameters.
      signatureAlgorithm: Uint8Array.from(Buffer.from('300706032b65700500', 'hex')),
    })
    const indicator = { oid: 'deltaCRLIndicator', critical: true, value: Uint8Array.of(0, 1, 1) }
    const odd = await authority.crl({ extensions: [indicator] })
    expect(statuses(await check({ crls: listsOf([right, delta, odd]) }, { scope: 'target' }))).toEqual(['good'])
    const { findings } = await check({ crls: listsOf([odd]) }, { scope: 'target' })
    expect(findings[0]?.message).toContain('delta CRL of CN=Authority')
  })

  it('where a certificate’s distribution points are malformed and the profile lets that pass', async () => {
    const odd = await authority.issue({
      extensions: [{ oid: 'cRLDistributionPoints', value: Uint8Array.of(5, 0) }],
    })
    const profile = rfc5280Section6
    const request = {
      certificate: odd.certificate,
      intermediates: [authority.certificate],
      anchors: [root.certificate],
    }
    const built = await validatePath({ ...request, at, profile })
    if (!built.ok) throw new Error('no path')
    const crls = listsOf([await authority.crl()])
    expect(statuses(await check({ crls }, { profile, scope: 'target' }, built))).toEqual(['good'])
  })

  it('at a time, or not at all', async () => {
    await expect(check({}, { at: new Date(NaN) })).rejects.toThrow(TypeError)
  })
})

describe('a certificate is exempt', () => {
  const of = async (options: Parameters<TestCa['issue']>[0], profile?: RevocationCheck['profile']): Promise<string> => {
    const certificate = await authority.issue(options)
    const request = { intermediates: [authority.certificate], anchors: [root.certificate] }
    const built = await validatePath({
      certificate: certificate.certificate,
      ...request,
      at,
      ...(profile && { profile }),
    })
    if (!built.ok) throw new Error(JSON.stringify(built.findings))
    // Revoked, by a list that counts: whoever looks, sees it.
    const entries = [{ serialNumber: certificate.serialNumber, revocationDate: revocationTime }]
    const crls = listsOf([await authority.crl({ entries })])
    const { certificates } = await check({ crls }, { scope: 'target' }, built)
    return certificates.map(({ revocation }) => line(revocation)).join()
  }
  const REVOKED = 'revoked (unspecified)'

  it('RFC 9608 with noRevAvail', async () => {
    expect(await of({ noRevAvail: true })).toBe('exempt (noRevAvail)')
    expect(await of({})).toBe(REVOKED)
  })

  // RFC 9608 §3 has such certificates refused, and the profile rfc5280 does; this is what holds under laxer ones.
  it('RFC 9608 but not where noRevAvail must not stand', async () => {
    const uri = ['http://example/']
    expect(await of({ noRevAvail: true, cRLDistributionPoints: uri }, rfc5280Section6)).toBe(REVOKED)
    expect(await of({ noRevAvail: true, freshestCRL: uri }, rfc5280Section6)).toBe(REVOKED)
    expect(await of({ noRevAvail: true, authorityInfoAccess: { ocsp: uri } }, rfc5280Section6)).toBe(REVOKED)
    expect(await of({ noRevAvail: true, authorityInfoAccess: { caIssuers: uri } })).toBe('exempt (noRevAvail)')
    const both = { ocsp: uri, caIssuers: uri }
    expect(await of({ noRevAvail: true, authorityInfoAccess: both }, rfc5280Section6)).toBe(REVOKED)
  })

  it('RFC 9608 nor where it is malformed', async () => {
    expect(await of({ replace: { noRevAvail: Uint8Array.of(1) }, noRevAvail: true }, rfc5280Section6)).toBe(REVOKED)
    const access = { oid: 'authorityInfoAccess', value: Uint8Array.of(5, 0) }
    expect(await of({ noRevAvail: true, extensions: [access] }, rfc5280Section6)).toBe(REVOKED)
  })

  it('RFC 9608 nor where it is an authority’s', async () => {
    const below = await authority.issueIntermediate({ name: 'Below', noRevAvail: true })
    const entries = [{ serialNumber: below.serialNumber, revocationDate: revocationTime }]
    const crls = listsOf([await authority.crl({ entries })])
    const request = {
      intermediates: [authority.certificate],
      anchors: [root.certificate],
      at,
      profile: rfc5280Section6,
    }
    const built = await validatePath({ certificate: below.certificate, ...request })
    if (!built.ok) throw new Error(explain(built))
    expect(statuses(await check({ crls }, { scope: 'target' }, built))).toEqual(['revoked'])
  })

  it('RFC 6960 §4.2.2.2.1 with ocspNoCheck, where it is a responder’s', async () => {
    expect(await of({ ocspNoCheck: true, extendedKeyUsage: ['ocspSigning'] })).toBe('exempt (ocspNoCheck)')
    expect(await of({ ocspNoCheck: true })).toBe(REVOKED)
    expect(await of({ extendedKeyUsage: ['ocspSigning'] })).toBe(REVOKED)
  })

  it('and passes every policy', async () => {
    const built = await pathOf(await authority.issue({ noRevAvail: true }), root)
    expect((await check({}, { scope: 'target' }, built)).ok).toBe(true)
  })
})
