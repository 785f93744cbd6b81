// The contenders. Each is loaded when a benchmark asks for it: some take a hundred milliseconds and patch globals.

import { loadCertward } from './peers/certward.js'
import { loadFidm } from './peers/fidm.js'
import { loadForge } from './peers/forge.js'
import { loadJsrsasign } from './peers/jsrsasign.js'
import { loadNode } from './peers/node.js'
import { loadPeculiar } from './peers/peculiar.js'
import type { Peer } from './peers/peer.js'
import { loadPkijs } from './peers/pkijs.js'

const loaders = {
  certward: loadCertward,
  'node:crypto': loadNode,
  '@fidm/x509': loadFidm,
  'node-forge': loadForge,
  jsrsasign: loadJsrsasign,
  '@peculiar/x509': loadPeculiar,
  pkijs: loadPkijs,
} as const

export type PeerName = keyof typeof loaders

export const peerNames = Object.keys(loaders) as readonly PeerName[]

export const loadPeer = (name: PeerName): Promise<Peer> => loaders[name]()

/** All of them, certward first. */
export const loadPeers = (): Promise<readonly Peer[]> => Promise.all(peerNames.map(loadPeer))
