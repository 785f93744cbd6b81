// OCSP: what judging a delegated responder's answer costs beside its two signatures, and how fast requests are made.

import { verify, webcrypto, X509Certificate } from 'node:crypto'
import { createTestCa, type TestKeyType } from '../src/testkit/index.js'
import { built } from './built.js'
import { compare, type Contender } from './harness.js'
import type { Bytes } from './peers/peer.js'
import { atLeast, atMost, microseconds, type Result, short, type Table, times, timeTable, valueIn } from './report.js'

const kinds = [
  { keyType: 'p256', title: 'P-256' },
  { keyType: 'rsa-2048', title: 'RSA-2048' },
] as const

/** Different certificates a contender goes through, over and over. */
const TARGETS = 16

const OWN = 'certward'
const FLOOR = 'floor'

/** A verification of 50 µs needs many in a batch before the ratio to another settles. */
const plan = { reference: FLOOR, rounds: 41, contenderMs: 4_000 }

/** A certificate, its issuer, and what a delegated responder says of it, as DER. */
interface Answered {
  readonly certificate: Bytes
  readonly issuer: Bytes
  readonly responder: Bytes
  readonly response: Bytes
}

export async function ocsp(): Promise<Result> {
  const tables: Table[] = []
  for (const { keyType, title } of kinds) {
    const answered = await answers(keyType)
    const contenders = [await floor(answered), await certward(answered), await pkijs(answered)]
    const rows = await compare(contenders, plan)
    tables.push(timeTable(`ocsp/${keyType}`, `OCSP response of a delegate, ${title}`, rows, FLOOR, microseconds))
  }
  const requests = await requestTable()
  const goals = tables.map((table, i) =>
    atMost(`OCSP response, ${kinds[i]?.title ?? ''}, judged, by the floor`, 2.5, valueIn(table, OWN, 'ratio'), times),
  )
  const perSecond = 1e6 / valueIn(requests, OWN, 'median_us')
  return {
    tables: [...tables, requests],
    goals: [...goals, atLeast('OCSP requests a second', 50_000, perSecond, short)],
  }
}

async function answers(keyType: TestKeyType): Promise<readonly Answered[]> {
  const { createOcspRequest } = await built()
  const ca = await createTestCa({ keyType })
  const respond = await ca.ocspResponder()
  return Promise.all(
    Array.from({ length: TARGETS }, async () => {
      const { certificate } = await ca.issue()
      const { der } = await createOcspRequest({ certificate, issuer: ca.certificate })
      return {
        certificate: Uint8Array.from(certificate.der),
        issuer: Uint8Array.from(ca.der),
        responder: Uint8Array.from(respond.certificate.der),
        response: Uint8Array.from(await respond.answer(der)),
      }
    }),
  )
}

/** The work of each input in turn. */
function inTurn(name: string, works: readonly (() => unknown)[], note?: string): Contender {
  return { name, note, run: (index) => works[index % works.length]?.() }
}

/** Both signatures, in the way of one who knows the keys and where everything stands. */
async function floor(answered: readonly Answered[]): Promise<Contender> {
  const { parseCertificate, parseOcspResponse } = await built()
  const works = answered.map(({ issuer, responder, response }) => {
    const { basic } = parseOcspResponse(response)
    if (basic === undefined) throw new TypeError('the responder gave no answer')
    const { tbsCertificate, signatureValue } = parseCertificate(responder)
    const issuerKey = new X509Certificate(issuer).publicKey
    const responderKey = new X509Certificate(responder).publicKey
    return () => {
      const isRight =
        verify('sha256', tbsCertificate, issuerKey, signatureValue) &&
        verify('sha256', basic.tbsResponseData, responderKey, basic.signatureValue)
      if (!isRight) throw new Error('a signature is invalid')
    }
  })
  return inTurn(FLOOR, works, 'two signatures, keys imported')
}

async function certward(answered: readonly Answered[]): Promise<Contender> {
  const { decideRevocation, evaluateOcspResponse, parseCertificate } = await built()
  const works = answered.map(({ certificate: der, issuer: issuerDer, response }) => {
    const [certificate, issuer] = [parseCertificate(der), parseCertificate(issuerDer)]
    return async () => {
      const verdict = await evaluateOcspResponse({ certificate, issuer, response, at: new Date() })
      const decision = decideRevocation(verdict, 'common-criteria')
      if (!decision.accept) throw new Error(decision.findings.map(({ message }) => message).join('; '))
      return decision
    }
  })
  return inTurn(OWN, works, 'from DER: read, both signatures, authority, freshness, policy')
}

async function pkijs(answered: readonly Answered[]): Promise<Contender> {
  const { BasicOCSPResponse, Certificate, CryptoEngine, OCSPResponse } = await import('pkijs')
  const engine = new CryptoEngine({ name: 'node', crypto: webcrypto as Crypto })
  const works = answered.map(({ certificate: der, issuer: issuerDer, response }) => {
    const [certificate, issuer] = [Certificate.fromBER(der), Certificate.fromBER(issuerDer)]
    return async () => {
      const { responseBytes } = OCSPResponse.fromBER(response)
      if (responseBytes === undefined) throw new TypeError('no answer')
      const basic = BasicOCSPResponse.fromBER(new Uint8Array(responseBytes.response.valueBlock.valueHexView))
      if (!(await basic.verify({ trustedCerts: [issuer] }, engine))) throw new Error('the response does not verify')
      const { status } = await basic.getCertificateStatus(certificate, issuer, engine)
      if (status !== 0) throw new Error(`status ${status}`)
      return status
    }
  })
  return inTurn('pkijs', works, 'from DER: read, both signatures, status; dates and usage unchecked')
}

async function requestTable(): Promise<Table> {
  const { createOcspRequest, parseCertificate } = await built()
  const { Certificate, CryptoEngine, OCSPRequest } = await import('pkijs')
  const engine = new CryptoEngine({ name: 'node', crypto: webcrypto as Crypto })
  const answered = await answers('p256')
  const own = answered.map(({ certificate, issuer }) => {
    const subject = { certificate: parseCertificate(certificate), issuer: parseCertificate(issuer) }
    return () => createOcspRequest(subject)
  })
  const theirs = answered.map(({ certificate: der, issuer: issuerDer }) => {
    const [certificate, issuerCertificate] = [Certificate.fromBER(der), Certificate.fromBER(issuerDer)]
    return async () => {
      const request = new OCSPRequest()
      await request.createForCertificate(certificate, { hashAlgorithm: 'SHA-1', issuerCertificate }, engine)
      return request.toSchema(true).toBER()
    }
  })
  const rows = await compare([inTurn(OWN, own), inTurn('pkijs', theirs)], { reference: OWN })
  return timeTable('ocsp/request', 'OCSP request for one certificate', rows, OWN, microseconds)
}
