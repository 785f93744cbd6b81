// Whose word counts (OCS-1): every way to sign a response, the model it is judged by, and why each other did not hold.

import { createPrivateKey, sign } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CryptoProvider, runtimeCrypto, type SignatureVerdict } from '../../src/crypto/index.js'
import { explicit, octetString } from '../../src/der/writer.js'
import { rfc5280, webpki } from '../../src/path/index.js'
import {
  generateTestKey,
  type OcspResponderOptions,
  type TestCertificate,
  type TestKey,
  type TestKeyType,
} from '../../src/testkit/index.js'
import {
  answer,
  DAY,
  after,
  type Evaluation,
  evaluate,
  makeScene,
  refusals,
  type Scene,
  summary,
} from '../support/ocsp.js'
import { rootOf } from '../support/paths.js'

let scene: Scene
beforeAll(async () => {
  scene = await makeScene()
})

const OTHER_NAME = 'issuer: the response names another responder than the issuer'
const NOT_SENT = 'delegated: no certificate sent along is the responder’s'
const NOT_ISSUED = 'delegated: the responder’s certificate is not issued by the issuer'
const NO_USAGE = 'delegated: the responder’s certificate lacks the extended key usage OCSPSigning'
const NOBODY = 'trusted-responder: no responder is designated'
const NO_SIGNATURE = 'the signature of the response does not verify'
const NO_STATUS =
  'delegated: the responder’s certificate has no ocspNoCheck, and nothing says whether it has been revoked'

type Options = OcspResponderOptions
/** A responder's certificate as one of the authority would be, without what the authority says about its status. */
const responder = { name: 'Responder', extendedKeyUsage: ['ocspSigning'], ocspNoCheck: true } as const

interface Row {
  readonly title: string
  readonly options: (scene: Scene) => Options | Promise<Options>
  readonly evaluation?: (scene: Scene, options: Options) => Evaluation | Promise<Evaluation>
  readonly verdict: string
  /** Every refused model, each beginning as given. */
  readonly refused: readonly string[]
}

const REFUSED = 'responder-not-authorized'
const notAuthorized = (title: string, options: Row['options'], ...refused: readonly string[]): Row => ({
  title,
  options,
  verdict: REFUSED,
  refused,
})

/** A certificate that has everything of a responder's but the issuer. */
const issuedBy =
  (who: 'root' | 'sibling' | 'namesake'): Row['options'] =>
  async (all) => ({ responder: await all[who].issue(responder) })

const own: readonly Row[] = [
  { title: 'the issuer itself', options: () => ({ mode: 'direct' }), verdict: 'good by issuer', refused: [] },
  {
    title: 'the issuer itself, named by its key',
    options: () => ({ mode: 'direct', responderId: 'key' }),
    verdict: 'good by issuer',
    refused: [],
  },
  {
    title: 'the issuer, which sends its own certificate along',
    options: ({ authority }) => ({ mode: 'direct', certificates: [authority] }),
    verdict: 'good by issuer',
    refused: [],
  },
  notAuthorized(
    'another key under the issuer’s name',
    async () => ({ mode: 'direct', signingKey: await generateTestKey() }),
    `issuer: ${NO_SIGNATURE}`,
    NOT_SENT,
    NOBODY,
  ),
  notAuthorized(
    'an authority of the same name and another key, its certificate sent along',
    ({ namesake }) => ({ responder: namesake }),
    `issuer: ${NO_SIGNATURE}`,
    NOT_ISSUED,
    NOBODY,
  ),
  notAuthorized(
    'an authority of the same name and another key, named by that key',
    ({ namesake }) => ({ responder: namesake, responderId: 'key' }),
    OTHER_NAME,
    NOT_ISSUED,
    NOBODY,
  ),
  notAuthorized(
    'the issuer, one bit of the signature changed',
    () => ({ mode: 'direct', signature: 'broken' }),
    `issuer: ${NO_SIGNATURE}`,
    NOT_SENT,
    NOBODY,
  ),
  notAuthorized(
    'the issuer under the name of another',
    ({ sibling }) => ({ mode: 'direct', responderId: explicit(1, sibling.certificate.subject.der) }),
    OTHER_NAME,
    NOT_SENT,
    NOBODY,
  ),
  notAuthorized('the root above the issuer', ({ root }) => ({ responder: root }), OTHER_NAME, NOT_ISSUED, NOBODY),
]

const delegates: readonly Row[] = [
  { title: 'a delegate', options: () => ({}), verdict: 'good by delegated', refused: [OTHER_NAME] },
  {
    title: 'a delegate named by its key',
    options: () => ({ responderId: 'key' }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  {
    // RFC 5280 §4.2.1.12: with OCSPSigning "digitalSignature and/or nonRepudiation"; D-Trust's have the latter alone.
    title: 'a delegate whose keyUsage is contentCommitment',
    options: () => ({ responderCertificate: { keyUsage: ['contentCommitment'] } }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  {
    title: 'a delegate without a keyUsage',
    options: () => ({ responderCertificate: { without: ['keyUsage'] } }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  {
    title: 'a delegate for other purposes too',
    options: () => ({ responderCertificate: { extendedKeyUsage: ['serverAuth', 'ocspSigning'] } }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  {
    title: 'a delegate that has the issuer’s own name',
    options: () => ({ responderCertificate: { name: 'Authority' } }),
    verdict: 'good by delegated',
    refused: [`issuer: ${NO_SIGNATURE}`],
  },
  notAuthorized(
    'a delegate for servers',
    () => ({ responderCertificate: { extendedKeyUsage: ['serverAuth'] } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its extendedKeyUsage (serverAuth) lacks ocspSigning',
    NOBODY,
  ),
  notAuthorized(
    'a delegate for any purpose',
    () => ({ responderCertificate: { extendedKeyUsage: ['anyExtendedKeyUsage'] } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its extendedKeyUsage (anyExtendedKeyUsage) lacks ocspSigning',
    NOBODY,
  ),
  notAuthorized(
    'a delegate for no purpose in particular',
    () => ({ responderCertificate: { without: ['extendedKeyUsage'] } }),
    OTHER_NAME,
    NO_USAGE,
    NOBODY,
  ),
  notAuthorized(
    'a delegate that may not sign',
    () => ({ responderCertificate: { keyUsage: ['keyEncipherment'] } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its keyUsage (keyEncipherment) does not go with ocspSigning, which takes digitalSignature or contentCommitment',
    NOBODY,
  ),
  notAuthorized('a responder a sibling has certified', issuedBy('sibling'), OTHER_NAME, NOT_ISSUED, NOBODY),
  notAuthorized('a responder the root has certified', issuedBy('root'), OTHER_NAME, NOT_ISSUED, NOBODY),
  notAuthorized(
    'a responder of an authority of the same name',
    issuedBy('namesake'),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its signature does not verify with the key of its issuer',
    NOBODY,
  ),
  notAuthorized(
    'a responder of a root nobody knows',
    async () => ({ responder: await (await rootOf({ name: 'Authority' })).issue(responder) }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its signature does not verify with the key of its issuer',
    NOBODY,
  ),
  notAuthorized(
    'a responder an end entity has certified',
    async ({ authority }) => {
      const entity = await authority.issueIntermediate({
        name: 'Entity',
        basicConstraints: {},
        keyUsage: ['digitalSignature'],
      })
      return { responder: await entity.issue(responder), certificates: [await entity.issue(responder), entity] }
    },
    OTHER_NAME,
    NOT_ISSUED,
    NOBODY,
  ),
  notAuthorized(
    'a responder two steps below the issuer, the step between sent along',
    async ({ authority }) => {
      const between = await authority.issueIntermediate({ name: 'Between' })
      const below = await between.issue(responder)
      return { responder: below, certificates: [below, between] }
    },
    OTHER_NAME,
    NOT_ISSUED,
    NOBODY,
  ),
  notAuthorized(
    'the leaf itself',
    ({ leaf }) => ({ responder: leaf }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its extendedKeyUsage (serverAuth) lacks ocspSigning',
    NOBODY,
  ),
  notAuthorized(
    'an expired delegate',
    () => ({ responderCertificate: { notAfter: after(-1000) } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, it expired at 2026-05-31T23:59:59Z',
    NOBODY,
  ),
  notAuthorized(
    'a delegate of tomorrow',
    () => ({ responderCertificate: { notBefore: after(1000), notAfter: after(DAY) } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, it is valid from 2026-06-01T00:00:01Z on',
    NOBODY,
  ),
  notAuthorized(
    'a delegate whose certificate is not signed by the issuer',
    () => ({ responderCertificate: { signature: 'broken' } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its signature does not verify with the key of its issuer',
    NOBODY,
  ),
  notAuthorized(
    'a delegate with an unknown critical extension',
    () => ({ responderCertificate: { extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] } }),
    OTHER_NAME,
    'delegated: of the responder’s certificate, its critical extension 1.2.3.4 is not understood',
    NOBODY,
  ),
  notAuthorized('a delegate whose certificate is missing', () => ({ certificates: [] }), OTHER_NAME, NOT_SENT, NOBODY),
  notAuthorized(
    'a delegate that another key signs for',
    async () => ({ signingKey: await generateTestKey() }),
    OTHER_NAME,
    `delegated: ${NO_SIGNATURE}`,
    NOBODY,
  ),
  notAuthorized(
    'a delegate under another name',
    ({ sibling }) => ({ responderId: explicit(1, sibling.certificate.subject.der) }),
    OTHER_NAME,
    NOT_SENT,
    NOBODY,
  ),
  notAuthorized(
    'a delegate under the hash of another key',
    () => ({ responderId: explicit(2, octetString(new Uint8Array(20))) }),
    OTHER_NAME,
    NOT_SENT,
    NOBODY,
  ),
]

const withoutNoCheck = { responderCertificate: { without: ['ocspNoCheck'] } } as const
const unvouched: readonly Row[] = [
  notAuthorized('nothing is known of', () => withoutNoCheck, OTHER_NAME, NO_STATUS, NOBODY),
  {
    title: 'the caller accepts',
    options: () => withoutNoCheck,
    evaluation: () => ({ responderWithoutNoCheck: 'accept' }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  {
    title: 'the caller finds good',
    options: () => withoutNoCheck,
    evaluation: () => ({ checkResponder: () => Promise.resolve('good') }),
    verdict: 'good by delegated',
    refused: [OTHER_NAME],
  },
  ...['revoked', 'unknown', 'undetermined'].map((status): Row => ({
    title: `the caller finds ${status}, whatever it accepts besides`,
    options: () => withoutNoCheck,
    evaluation: () => ({ checkResponder: () => Promise.resolve(status), responderWithoutNoCheck: 'accept' }),
    verdict: REFUSED,
    refused: [OTHER_NAME, `delegated: the responder’s own certificate is ${status}`, NOBODY],
  })),
  {
    title: 'the caller cannot find out about, whatever it accepts besides',
    options: () => withoutNoCheck,
    evaluation: () => ({
      checkResponder: () => Promise.reject(new Error('no route to host')),
      responderWithoutNoCheck: 'accept',
    }),
    verdict: REFUSED,
    refused: [OTHER_NAME, 'delegated: the responder’s own certificate could not be checked: no route to host', NOBODY],
  },
  notAuthorized(
    'is the certificate in question, which has the usage',
    async ({ authority }) => ({
      responder: await authority.issue({ name: 'Responder', extendedKeyUsage: ['ocspSigning'] }),
    }),
    OTHER_NAME,
    NO_STATUS,
    NOBODY,
  ),
]

interface Designation {
  readonly authorities?: readonly TestCertificate[]
}

/** Trusts whoever signs, with what else is said of it. */
const trusting =
  (more: (scene: Scene) => Designation | Promise<Designation> = () => ({})): NonNullable<Row['evaluation']> =>
  async (all, options) => {
    const { certificate } = await all.authority.ocspResponder(options)
    const { authorities } = await more(all)
    return {
      trustedResponders: [
        {
          certificate: certificate.certificate,
          ...(authorities && { authorities: authorities.map((one) => one.certificate) }),
        },
      ],
    }
  }

/** A designated responder that is the same each time it is asked for. */
const designated =
  (certificate: Options['responderCertificate'] = {}): Row['options'] =>
  async ({ authority }) => ({
    mode: 'designated',
    responder: (await authority.ocspResponder({ mode: 'designated', responderCertificate: certificate })).certificate,
  })

const trusted: readonly Row[] = [
  {
    title: 'designated',
    options: designated(),
    evaluation: trusting(),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_ISSUED],
  },
  {
    title: 'designated, named by its key and its certificate not sent',
    options: async (all) => ({ ...(await designated()(all)), responderId: 'key', certificates: [] }),
    evaluation: trusting(),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_SENT],
  },
  {
    title: 'designated for this authority',
    options: designated(),
    evaluation: trusting(({ sibling, authority }) => ({ authorities: [sibling, authority] })),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_ISSUED],
  },
  {
    title: 'designated for others, one of them of the same name',
    options: designated(),
    evaluation: trusting(({ sibling, namesake }) => ({ authorities: [sibling, namesake] })),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the designated responder may not speak for this issuer'],
  },
  {
    title: 'designated for another authority with the same key',
    options: designated(),
    evaluation: trusting(async ({ root, authority: { key } }) => ({
      authorities: [await root.issueIntermediate({ name: 'Another', key })],
    })),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the designated responder may not speak for this issuer'],
  },
  {
    title: 'designated for nobody',
    options: designated(),
    evaluation: trusting(() => ({ authorities: [] })),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the designated responder may not speak for this issuer'],
  },
  {
    title: 'designated, and expired',
    options: designated({ notAfter: after(-1000) }),
    evaluation: trusting(),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the designated responder’s certificate is not valid'],
  },
  {
    title: 'designated, and valid to this very second',
    options: designated({ notAfter: after(0) }),
    evaluation: trusting(),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_ISSUED],
  },
  {
    title: 'designated, and valid from this very second on',
    options: designated({ notBefore: after(0) }),
    evaluation: trusting(),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_ISSUED],
  },
  {
    title: 'designated, and not yet valid',
    options: designated({ notBefore: after(1000) }),
    evaluation: trusting(),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the designated responder’s certificate is not valid'],
  },
  {
    title: 'designated, and nobody knows whether it may sign',
    options: designated({ replace: { keyUsage: Uint8Array.of(0xff) } }),
    evaluation: trusting(),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: keyUsage'],
  },
  {
    title: 'designated, and its keyUsage is contentCommitment',
    options: designated({ keyUsage: ['contentCommitment'] }),
    evaluation: trusting(),
    verdict: 'good by trusted-responder',
    refused: [OTHER_NAME, NOT_ISSUED],
  },
  {
    title: 'designated, and may not sign',
    options: designated({ keyUsage: ['keyAgreement'] }),
    evaluation: trusting(),
    verdict: REFUSED,
    refused: [
      OTHER_NAME,
      NOT_ISSUED,
      'trusted-responder: of the responder’s certificate, its keyUsage (keyAgreement) does not go with ocspSigning, which takes digitalSignature or contentCommitment',
    ],
  },
  {
    title: 'not the designated one',
    options: designated(),
    evaluation: async ({ sibling }) => ({ trustedResponders: [{ certificate: sibling.certificate }] }),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, 'trusted-responder: the response names none of the designated responders'],
  },
  {
    title: 'of the name of the designated one, with another key',
    options: async (all) => ({ ...(await designated()(all)), signingKey: await generateTestKey() }),
    evaluation: trusting(),
    verdict: REFUSED,
    refused: [OTHER_NAME, NOT_ISSUED, `trusted-responder: ${NO_SIGNATURE}`],
  },
  {
    title: 'a delegate that is refused as such, and designated',
    options: async ({ authority }) => ({
      responder: await authority.issue({ name: 'Responder', extendedKeyUsage: ['serverAuth'] }),
    }),
    evaluation: async (_, { responder: signer }) => ({
      trustedResponders: signer === undefined ? [] : [{ certificate: signer.certificate }],
    }),
    verdict: 'good by trusted-responder',
    refused: [
      OTHER_NAME,
      'delegated: of the responder’s certificate, its extendedKeyUsage (serverAuth) lacks ocspSigning',
    ],
  },
]

describe.each([
  ['signed by', own],
  ['signed by', delegates],
  ['of a delegate without ocspNoCheck whose status', unvouched],
  ['of a responder that is', trusted],
])('OCS-1 a response %s', (_, rows) => {
  it.each(rows)('$title is $verdict', async ({ options, evaluation, verdict: expected, refused }) => {
    const chosen = await options(scene)
    const verdict = await evaluate(scene, await answer(scene, chosen), await evaluation?.(scene, chosen))
    expect(summary(verdict), JSON.stringify(refusals(verdict))).toBe(expected)
    expect(refusals(verdict)).toEqual(refused.map((reason) => expect.stringContaining(reason)))
    if (verdict.ok || refused.length === 0) return
    const [finding] = verdict.findings
    for (const { model, reason } of verdict.refusedModels) expect(finding?.message).toContain(`${model}: ${reason}`)
  })
})

describe('OCS-1 the certificate that answered', () => {
  it('is in the verdict, whichever of those sent along it is', async () => {
    const { authority, sibling, root, leaf } = scene
    const signer = (await authority.ocspResponder()).certificate
    for (const certificates of [
      [signer, leaf, root],
      [leaf, sibling, signer],
      [root, signer, root],
    ]) {
      const verdict = await evaluate(scene, await answer(scene, { responder: signer, certificates }))
      expect(summary(verdict)).toBe('good by delegated')
      expect(verdict.ok && verdict.responder?.equals(signer.certificate)).toBe(true)
    }
  })

  it('is looked for among all that have its name', async () => {
    const { authority } = scene
    const [wrong, right] = [
      await authority.issue({ ...responder, key: await generateTestKey() }),
      await authority.issue(responder),
    ]
    for (const certificates of [
      [wrong, right],
      [right, wrong],
    ]) {
      expect(summary(await evaluate(scene, await answer(scene, { responder: right, certificates })))).toBe(
        'good by delegated',
      )
    }
  })

  it('is nobody’s where the issuer answered itself', async () => {
    const verdict = await evaluate(scene, await answer(scene, { mode: 'direct' }))
    expect(verdict).toMatchObject({ ok: true, model: 'issuer', responder: undefined, refusedModels: [] })
  })

  it('is asked about with its issuer', async () => {
    const { authority } = scene
    const asked: unknown[] = []
    const signer = (await authority.ocspResponder({ responderCertificate: { without: ['ocspNoCheck'] } })).certificate
    await evaluate(scene, await answer(scene, { responder: signer }), {
      checkResponder: (certificate, issuer) => {
        asked.push([certificate.equals(signer.certificate), issuer.name.toString()])
        return Promise.resolve('good')
      },
    })
    expect(asked).toEqual([[true, 'CN=Authority']])
  })

  it('is not asked about unless it signed the response', async () => {
    const evaluation = { checkResponder: () => Promise.reject(new Error('asked')) }
    const options = { ...withoutNoCheck, signature: 'broken' } as const
    expect(summary(await evaluate(scene, await answer(scene, options), evaluation))).toBe(REFUSED)
  })
})

describe('OCS-1 a signature', () => {
  it.each<TestKeyType>(['p384', 'p521', 'ed25519', 'rsa-2048', 'rsa-pss-2048'])(
    'of a key of type %s counts, direct and delegated',
    async (keyType) => {
      const authority = await rootOf({ keyType })
      const own = { authority, leaf: await authority.issue() }
      expect(summary(await evaluate(own, await answer(own, { mode: 'direct' })))).toBe('good by issuer')
      expect(summary(await evaluate(own, await answer(own)))).toBe('good by delegated')
      expect(summary(await evaluate(own, await answer(own, { signature: 'broken' })))).toBe(REFUSED)
    },
  )

  /** Signs with SHA-1, as no signer of the library does. */
  const sha1Signer = (key: TestKey): TestKey => {
    const privateKey = createPrivateKey({ key: Buffer.from(key.pkcs8), format: 'der', type: 'pkcs8' })
    const weak = Object.create(key) as TestKey
    return Object.defineProperty(weak, 'sign', {
      value: (bytes: Uint8Array) => Promise.resolve(new Uint8Array(sign('sha1', bytes, privateKey))),
    })
  }

  it('with SHA-1 is refused by every model unless the profile accepts it', async () => {
    const { authority } = scene
    const options = {
      mode: 'direct',
      signingKey: sha1Signer(authority.key),
      signatureAlgorithm: 'ecdsaWithSHA1',
    } as const
    const response = await answer(scene, options)
    const verdict = await evaluate(scene, response)
    expect(summary(verdict)).toBe(REFUSED)
    expect(refusals(verdict)).toEqual(
      ['issuer', 'delegated', 'trusted-responder'].map((model) =>
        expect.stringMatching(`^${model}: of the response, its signature algorithm .*sha-1.* is not accepted`),
      ),
    )
    const profile = { ...rfc5280, legacyAlgorithms: 'accept' } as const
    expect(summary(await evaluate(scene, response, { profile }))).toBe('good by issuer')
  })

  it('of a delegate without a server’s names counts under the profile for servers (BR 7.1.2.8)', async () => {
    const response = await answer(scene, {})
    expect(summary(await evaluate(scene, response, { profile: webpki }))).toBe('good by delegated')
  })

  it('of a key the profile refuses does not count', async () => {
    const profile = { ...rfc5280, keys: { ...rfc5280.keys, curves: ['P-384'] } } as const
    const weak = 'its key is EC P-256, and P-384 are accepted'
    const direct = await evaluate(scene, await answer(scene, { mode: 'direct' }), { profile })
    expect(refusals(direct)[0]).toContain(weak)
    const { certificate } = (await scene.authority.ocspResponder({ mode: 'designated' })).certificate
    const named = { profile, trustedResponders: [{ certificate }] }
    const options = { mode: 'designated' } as const
    const respond = await scene.authority.ocspResponder(options)
    const response = await answer(scene, { ...options, responder: respond.certificate })
    const trustedResponders = [{ certificate: respond.certificate.certificate }]
    expect(refusals(await evaluate(scene, response, { ...named, trustedResponders }))[2]).toContain(weak)
  })

  it.each([
    ['nobody can verify is no yes', 'unsupported'],
    // As a provider without types may answer, Web Crypto's verify passed on as it is for example.
    ['a provider calls false is no yes', false],
    ['a provider calls true is no yes either, of which nobody knows what it means', true],
    ['a provider says nothing of is no yes', undefined],
  ])('%s', async (_, said) => {
    const crypto: CryptoProvider = { ...runtimeCrypto, verify: () => said as SignatureVerdict }
    for (const mode of ['direct', 'delegated'] as const) {
      const verdict = await evaluate(scene, await answer(scene, { mode }), { crypto })
      expect(summary(verdict)).toBe(REFUSED)
      if (mode === 'direct') {
        expect(refusals(verdict)[0]).toBe(
          'issuer: the signature of the response cannot be verified by this crypto provider',
        )
      }
    }
  })
})
