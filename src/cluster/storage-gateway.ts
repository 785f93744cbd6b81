// The gateway to nodes whose storages are at hand: all in one, or one for each.

import { type Clock, systemClock } from '../base/clock.js'
import { commitOrFail } from '../inventory/commit-again.js'
import { type CertificateRecord, type Storage, trustId } from '../inventory/index.js'
import { ChangeBuilder, keylessPlace } from '../manager/change-builder.js'
import { State } from '../manager/state.js'
import { parseCertificate } from '../x509/index.js'
import type { NodeGateway, TrustChange } from './gateway.js'

/**
 * A gateway to nodes in storages of this process.
 *
 * @param storageOf the node's storage; the same for all where one holds every node
 */
export function createStorageGateway(
  storageOf: (node: string) => Storage,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): NodeGateway {
  const certificates = async (node: string, purpose: string): Promise<readonly CertificateRecord[]> => {
    const scope = { node, purpose }
    return new State(await storageOf(node).read([scope])).certificates(scope)
  }
  return {
    list: certificates,
    pull: async (node, purpose, sha256) =>
      (await certificates(node, purpose)).find((record) => record.sha256 === sha256)?.der.slice(),
    push: async (node, changes) => {
      for (const change of changes) await apply(storageOf(node), node, change, clock.now().getTime())
    },
  }
}

async function apply(storage: Storage, node: string, change: TrustChange, now: number): Promise<void> {
  const scope = { node, purpose: change.purpose }
  await commitOrFail(`${change.purpose} on ${node}`, storage, [scope], async (snapshot) => {
    const state = new State(snapshot)
    const builder = new ChangeBuilder(state, now)
    const current = state.trusted(scope).find(({ id }) => id === change.id)
    if (change.action === 'delete') {
      if (current?.sha256 !== change.sha256) return undefined
      builder.removeCertificate(current, 'deleted')
    } else if (!(await install(builder, node, change, current))) return undefined
    return builder.planned()
  })
}

/** Whether there was anything to install. */
async function install(
  builder: ChangeBuilder,
  node: string,
  { purpose, id, der, description, origin, installedAt }: Extract<TrustChange, { action: 'put' }>,
  current: CertificateRecord | undefined,
): Promise<boolean> {
  const certificate = parseCertificate(der)
  if (current !== undefined && current.sha256 === (await certificate.fingerprint())) return false
  // A certificate that stands for its subject never goes back in time; one that shows an identity follows it.
  const isBySubject = id === (await trustId(certificate))
  if (isBySubject && current !== undefined && current.notBefore >= certificate.notBeforeTime) return false
  const place = keylessPlace('trust', { node, purpose }, id, origin, description)
  await builder.install(place, certificate, current, installedAt)
  return true
}
