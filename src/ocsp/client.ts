// An OCSP client: asks the responder, keeps what was proven until it runs out, and does not hammer one that is down.

import { resolveIntegers } from '../base/arguments.js'
import { toHex } from '../base/bytes.js'
import { type Clock, systemClock } from '../base/clock.js'
import { ensure } from '../base/ensure.js'
import { reasonOf } from '../base/reason.js'
import { RecentMap } from '../base/recent-map.js'
import { timerSleep } from '../base/timers.js'
import { runtimeCrypto } from '../crypto/index.js'
import { hostOf } from '../net/host-of.js'
import { accessUris } from '../x509/access-uris.js'
import type { Certificate } from '../x509/index.js'
import { certIdOf, issuerFrom, type OcspIssuer } from './cert-id.js'
import {
  evaluateOcspResponse,
  finding,
  type OcspEvaluation,
  type OcspVerdict,
  type ProvenVerdict,
  undetermined,
} from './evaluate.js'
import { isFinal } from './gravity.js'
import { createOcspRequest } from './ocsp-request.js'
import { fetchOcspTransport, type OcspCall, type OcspTransport, OcspTransportError } from './transport.js'

/** Bounds and patience of a client. */
export interface OcspClientLimits {
  /** Verdicts kept, the one used longest ago going first. */
  readonly cachedVerdicts: number
  /** Times a request is sent again after a failure of the network or the responder. */
  readonly retries: number
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly retryDelay: number
  /** Failures in a row after which a responder is left alone. */
  readonly failuresToOpen: number
  /** Seconds it is left alone. */
  readonly openFor: number
}

/** The limits where none are set. */
export const defaultOcspClientLimits: OcspClientLimits = {
  // A verdict takes about a kilobyte.
  cachedVerdicts: 10_000,
  retries: 2,
  retryDelay: 250,
  // A sweep over thousands of certificates must not wait for a dead responder thousands of times.
  failuresToOpen: 5,
  openFor: 60,
}

type EvaluationOptions = Pick<
  OcspEvaluation,
  | 'trustedResponders'
  | 'missingNonce'
  | 'clockSkew'
  | 'maximumAge'
  | 'checkResponder'
  | 'responderWithoutNoCheck'
  | 'profile'
  | 'limits'
  | 'crypto'
>

/** How responders are asked and how their answers are judged. */
export interface OcspClientOptions extends EvaluationOptions {
  /** Default {@link fetchOcspTransport}. */
  readonly transport?: OcspTransport
  /** Default the machine's. */
  readonly clock?: Clock
  /** Whom to ask (OCS-4). Default `from-certificate`: the OCSP URIs of authorityInfoAccess, in their order. */
  readonly responder?: 'from-certificate' | { readonly uri: string }
  /** Hash of the CertIDs. Default `sha-1`. */
  readonly hash?: 'sha-1' | 'sha-256'
  /** Whether to send a nonce. Default `omit`: most responders sign in advance and echo none. */
  readonly nonce?: 'send' | 'omit'
  readonly clientLimits?: Partial<OcspClientLimits>
  /** Waits so many milliseconds. Default: the runtime's timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>
}

/** Asks responders, and keeps what they said as long as it holds. */
export interface OcspClient {
  /**
   * The certificate's status: from what is kept, or by asking. What could not be had is `ok: false`, never an exception,
   * and never kept. A final revocation is kept for good. Where an answer is older than the one that is kept, that
   * one stands.
   * @param keptSince what was kept before this time does not do, but for a final revocation. Default: whatever has not
   * run out does
   */
  check(certificate: Certificate, issuer: Certificate | OcspIssuer, keptSince?: Date): Promise<OcspVerdict>
}

/** Whom a responder is asked about. */
interface Subject {
  readonly certificate: Certificate
  readonly issuer: OcspIssuer
}

/** One responder's failures in a row. */
interface Circuit {
  failures: number
  /** When it began to be left alone; milliseconds since 1970. */
  openedAt: number
}

/** Times are milliseconds since 1970. */
interface Kept {
  readonly verdict: ProvenVerdict
  readonly since: number
  readonly until: number
}

const DAY = 24 * 3600

/**
 * Makes a client. It holds its cache and its knowledge of responders; make one and share it.
 * @throws TypeError where a limit is not an integer from 0 on
 */
export function createOcspClient(options: OcspClientOptions = {}): OcspClient {
  return new Client(options)
}

class Client implements OcspClient {
  private readonly transport: OcspTransport
  private readonly clock: Clock
  private readonly limits: OcspClientLimits
  private readonly kept: RecentMap<string, Kept>
  private readonly inFlight = new Map<string, Promise<OcspVerdict>>()
  /** Responders are few; hostile certificates name any number. */
  private readonly circuits: RecentMap<string, Circuit>

  constructor(private readonly options: OcspClientOptions) {
    this.transport = options.transport ?? fetchOcspTransport()
    this.clock = options.clock ?? systemClock
    this.limits = resolveIntegers('clientLimits', defaultOcspClientLimits, options.clientLimits)
    this.kept = new RecentMap(this.limits.cachedVerdicts)
    this.circuits = new RecentMap(this.limits.cachedVerdicts)
  }

  async check(certificate: Certificate, given: Certificate | OcspIssuer, keptSince?: Date): Promise<OcspVerdict> {
    const issuer = issuerFrom(given)
    // Always by SHA-256: what names a cache's entry must not be forged.
    const id = await certIdOf(certificate, issuer, 'sha-256', this.options.crypto ?? runtimeCrypto)
    const key = [id.issuerNameHash, id.issuerKeyHash, id.serialNumberBytes].map((bytes) => toHex(bytes)).join(' ')
    const known = this.current(key)
    const since = keptSince?.getTime() ?? -Infinity
    if (known && (isFinal(known.verdict) || known.since >= since)) return known.verdict
    let asking = this.inFlight.get(key)
    if (asking === undefined) {
      // Kept before it is no longer in flight, so that nobody in between asks again.
      asking = this.ask(certificate, issuer)
        .then((verdict) => this.keep(key, verdict))
        .finally(() => this.inFlight.delete(key))
      this.inFlight.set(key, asking)
    }
    return asking
  }

  /** What is kept and holds. */
  private current(key: string): Kept | undefined {
    const known = this.kept.get(key)
    const { now } = this
    // Where the clock was set back, what was kept by a wrong one does not count.
    return known && now >= known.since && now < known.until ? known : undefined
  }

  private keep(key: string, answer: OcspVerdict): OcspVerdict {
    if (!answer.ok) return answer
    // An answer from before the one that is kept still was on its way for long, or is a replay.
    const known = this.current(key)?.verdict
    const verdict = known && known.thisUpdate > answer.thisUpdate && !isFinal(answer) ? known : answer
    const { thisUpdate, nextUpdate } = verdict
    const { maximumAge = DAY } = this.options
    const until = isFinal(verdict) ? Infinity : (nextUpdate?.getTime() ?? thisUpdate.getTime() + maximumAge * 1000)
    this.kept.set(key, { verdict, since: this.now, until })
    return verdict
  }

  private async ask(certificate: Certificate, issuer: OcspIssuer): Promise<OcspVerdict> {
    const message = 'the certificate names no OCSP responder, and none is configured'
    let said: OcspVerdict = undetermined([finding('no-responder', message, 'OCS-4')])
    for (const responder of this.respondersFor(certificate)) {
      const verdict = await this.askResponder({ certificate, issuer }, responder)
      if (verdict.ok || !said.ok) said = verdict
      if (said.ok && said.status !== 'unknown') break
    }
    return said
  }

  private respondersFor(certificate: Certificate): readonly Pick<OcspCall, 'uri' | 'origin'>[] {
    const { responder = 'from-certificate' } = this.options
    if (responder !== 'from-certificate') return [{ uri: responder.uri, origin: 'configured' }]
    // Certificates name one, and a hostile one names hundreds.
    return accessUris(certificate, 'ocsp')
      .slice(0, 3)
      .map((uri) => ({ uri, origin: 'certificate' }))
  }

  private async askResponder(subject: Subject, responder: Pick<OcspCall, 'uri' | 'origin'>): Promise<OcspVerdict> {
    const { uri } = responder
    const { retries, retryDelay, failuresToOpen, openFor } = this.limits
    const circuit = ensure(this.circuits, uri, () => ({ failures: 0, openedAt: -Infinity }))
    const leftAlone = this.now - circuit.openedAt
    if (leftAlone >= 0 && leftAlone < openFor * 1000) {
      const message = `the responder ${hostOf(uri) || 'of that URI'} failed ${circuit.failures} times in a row and is left alone for now`
      return undetermined([finding('responder-unavailable', message, 'certward')])
    }
    const { hash, nonce = 'omit', crypto } = this.options
    const request = await createOcspRequest(subject, {
      ...(hash && { hash }),
      ...(crypto && { crypto }),
      ...(nonce === 'send' && { nonce: 'random' }),
    })
    const call = { ...responder, request: request.der }
    const question = { ...subject, ...(request.nonce && { nonce: request.nonce }) }
    for (let attempt = 0; ; attempt++) {
      const verdict = await this.exchange(call, question)
      const isFailure = !verdict.ok && verdict.findings.some(({ code }) => transient.includes(code))
      circuit.failures = isFailure ? circuit.failures + 1 : 0
      const isOpening = isFailure && circuit.failures >= failuresToOpen
      if (isOpening) circuit.openedAt = this.now
      if (!isFailure || isOpening || attempt >= retries) return verdict
      await (this.options.sleep ?? timerSleep)(retryDelay * 2 ** attempt)
    }
  }

  private async exchange(call: OcspCall, question: Subject & Pick<OcspEvaluation, 'nonce'>): Promise<OcspVerdict> {
    let response: Uint8Array
    try {
      response = await this.transport.send(call)
    } catch (error) {
      const isKnown = error instanceof OcspTransportError
      const message = isKnown ? error.message : `the transport failed: ${reasonOf(error)}`
      return undetermined([finding(isKnown ? error.code : 'network', message, 'OCS-9')])
    }
    const { nonce: _, ...evaluation } = this.options
    return evaluateOcspResponse({ ...evaluation, ...question, response, at: this.clock.now() })
  }

  private get now(): number {
    return this.clock.now().getTime()
  }
}

/** Findings that another attempt may mend. */
const transient: readonly string[] = ['timeout', 'network', 'http-status', 'try-later']
