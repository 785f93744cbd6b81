// A cluster of twelve nodes, its phones and a directory; the authorities that certify them, and who answers for these.

import {
  createCertificateCluster,
  createCertificateManager,
  createMemoryKeyStore,
  createMemoryStorage,
  createStorageGateway,
  type OcspTransport,
  OcspTransportError,
  type Outcome,
  parseCertificationRequest,
  readPem,
  type Refusal,
  unifiedCommunications,
} from '../../src/index.js'
import { createTestCa, type TestCertificateReference } from '../../src/testkit/index.js'

const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const newYear = Date.UTC(2027, 0, 1)
export const catalogue = unifiedCommunications
export const nodes = Array.from({ length: 12 }, (_, at) => `cucm${at + 1}`)
/** Purposes with certificates of the company's authority, and where its chain is trusted. */
export const purposes = [
  { identity: 'tomcat-ECDSA', trust: 'tomcat-trust' },
  { identity: 'CallManager-ECDSA', trust: 'CallManager-trust' },
] as const

/** A clock that goes as fast as it is told to. */
export class SimulatedClock {
  time = newYear
  readonly now = (): Date => new Date(this.time)
}

const RESPONDER = 'http://ocsp.example.com/'

/** Everything but the monitor and the people. */
export async function createWorld(clock: SimulatedClock) {
  const storage = createMemoryStorage()
  const cluster = { publisher: 'cucm1', nodes }
  const manager = createCertificateManager({ catalogue, storage, keys: createMemoryKeyStore(), cluster, clock })
  const replication = createCertificateCluster({
    ...{ catalogue, cluster, storage, clock },
    gateway: createStorageGateway(() => storage, { clock }),
  })

  const tenYears = { notBefore: new Date(newYear - DAY), notAfter: new Date(newYear + 3650 * DAY) }
  const root = await createTestCa({ clock, name: 'Example Root', ...tenYears })
  const issuing = await root.issueIntermediate({
    name: 'Example Issuing CA',
    notBefore: new Date(newYear - 900 * DAY),
    notAfter: new Date(newYear + 270 * DAY),
  })
  const capf = await createTestCa({ clock, name: 'CAPF-cucm1', ...tenYears })
  const responder = await issuing.ocspResponder({ mode: 'direct' })
  const network = { isDown: false }
  const transport: OcspTransport = {
    send: ({ request }) =>
      network.isDown
        ? Promise.reject(new OcspTransportError('network', 'ocsp.example.com could not be reached'))
        : responder.answer(request),
  }

  /** A certificate of the issuing authority for the request of an identity, valid for so many days. */
  const certify = async (node: string, purpose: string, days: number): Promise<void> => {
    const request = done(await manager.generateCsr({ node, purpose, subject: { commonName: `${node}.example.com` } }))
    const [block] = readPem(request.pem)
    if (block === undefined) throw new Error('the manager gave no request')
    const issued = await issuing.issue({
      request: parseCertificationRequest(block.bytes),
      ...validFor(clock.time, days),
      authorityInfoAccess: { ocsp: [RESPONDER] },
    })
    done(await manager.upload({ node, purpose, file: issued.pem }))
    await replication.drain()
  }

  /** Trusted on every node: uploaded once, and replicated. */
  const trust = async (purpose: string, pem: string): Promise<void> => {
    done(await manager.upload({ node: 'cucm1', purpose, file: pem }))
    await replication.drain()
  }

  return {
    ...{ storage, manager, root, issuing, network, transport, certify, trust },
    /** The issuing authority's certificate anew: same name, same key, ten years. */
    renewIssuing: () => root.crossSign(issuing, tenYears),
    /** A phone's certificate, from CAPF. */
    certifyPhone: async (device: string, days: number) => {
      const { pem } = await capf.issue({ name: device, ...validFor(clock.time, days) })
      done(await manager.recordEndpoint({ purpose: 'LSC', device, file: pem }))
    },
    /** The directory's, which it shows to the cluster. */
    certifyDirectory: () =>
      issuing.issue({
        dns: ['ldap.example.com'],
        ...validFor(clock.time, 365),
        authorityInfoAccess: { ocsp: [RESPONDER] },
      }),
    revoke: (certificate: TestCertificateReference) =>
      issuing.revoke(certificate, { at: new Date(clock.time), reason: 'keyCompromise' }),
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>

const validFor = (now: number, days: number) => ({
  notBefore: new Date(now - HOUR),
  notAfter: new Date(now - (now % 1000) + days * DAY),
})

/** @throws Error where something is refused: nobody has planned for that here */
export function done<T extends Outcome>(result: T | Refusal): T {
  if (result.ok) return result
  throw new Error(result.findings.map(({ code, message }) => `${code}: ${message}`).join('\n'))
}
