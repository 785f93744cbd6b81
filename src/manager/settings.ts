// What a manager is told about the product and its surroundings.

import { type Clock, systemClock } from '../base/clock.js'
import { type CryptoProvider, rememberSignatures, runtimeCrypto } from '../crypto/index.js'
import type { KeyStore, Storage } from '../inventory/index.js'
import { appliance, type PathProfile } from '../path/index.js'
import type { Catalogue } from '../purposes/index.js'
import type { RevocationCheck } from '../revocation/index.js'
import type { AuditListener } from './audit.js'

/** The nodes whose certificates are kept (CLU-1). */
export interface Cluster {
  /** The first node. */
  readonly publisher: string
  /** Every node, the publisher included. */
  readonly nodes: readonly string[]
}

/** What a manager works on: a catalogue’s rules, a storage, keys, and what it may use. */
export interface ManagerOptions {
  readonly catalogue: Catalogue
  readonly storage: Storage
  /** Holds the private keys this storage's records refer to, and no others: `sweepKeys` destroys what they do not. */
  readonly keys: KeyStore
  readonly cluster: Cluster
  /** Default: the machine's. */
  readonly clock?: Clock
  /** Verifies signatures. Default: the runtime's own. */
  readonly crypto?: CryptoProvider
  /** How revocation is checked at every upload (UPL-4, OCS-7). Default: not at all. */
  readonly revocation?: Omit<RevocationCheck, 'at'>
  /** Rules for the chains of uploaded certificates. Default `appliance`. */
  readonly profile?: PathProfile
  /** The setting "Phone Interaction on Certificate Update" (REG-4). Default `automatically`. */
  readonly phoneReset?: 'automatically' | 'manually'
  /** Told of every change and every refusal. Default nobody; the storage has the audit. */
  readonly audit?: AuditListener
}

/** The options with their defaults, as the plans read them: nothing a plan could write to. */
export interface ManagerContext {
  readonly catalogue: Catalogue
  readonly cluster: Cluster
  readonly profile: PathProfile
  readonly crypto: CryptoProvider
  readonly revocation: Omit<RevocationCheck, 'at'> | undefined
  readonly phoneReset: 'automatically' | 'manually'
}

const contextOf = ({
  catalogue,
  cluster,
  crypto = runtimeCrypto,
  revocation,
  profile = appliance,
  phoneReset = 'automatically',
}: ManagerOptions): ManagerContext => ({
  catalogue,
  cluster,
  crypto: rememberSignatures(crypto),
  revocation,
  profile,
  phoneReset,
})

/** What is written to, and by which time. */
export interface Surroundings {
  readonly storage: Storage
  readonly keys: KeyStore
  readonly context: ManagerContext
  readonly audit: AuditListener | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export const surroundingsOf = (options: ManagerOptions): Surroundings => {
  const { storage, keys, audit, clock = systemClock } = options
  return { storage, keys, audit, context: contextOf(options), now: () => clock.now().getTime() }
}
