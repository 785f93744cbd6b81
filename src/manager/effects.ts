// Effects and notices of an operation, from the templates of the catalogue, in the order they are to be acted on.

import type { EffectTemplate, IdentityPurpose } from '../purposes/index.js'
import type { Effect, OutcomeNotice } from './outcome.js'
import type { ManagerContext } from './settings.js'

/** What an operation leads to. */
interface Consequences {
  readonly effects: Effect[]
  readonly notices: OutcomeNotice[]
}

/**
 * Adds what follows a new certificate of an identity: what the application must do (PUR-11, UPL-6, REG-4), and the
 * catalogue's notices, some of which depend on whether the certificate names an IP address (UPL-7).
 */
export function followIdentity(
  { effects, notices }: Consequences,
  purpose: IdentityPurpose,
  operation: 'upload' | 'regenerate',
  node: string,
  hasAddress: boolean,
  { phoneReset }: ManagerContext,
): void {
  const reason = `${purpose.id} has a new certificate`
  for (const service of purpose.services) effects.push({ type: 'restart-service', node, reason, ...service })
  for (const template of purpose.effects[operation]) effects.push(effectOf(template, node, reason, phoneReset))
  for (const { code, message, on, when } of purpose.notices) {
    if (on === operation && (when === 'always' || !hasAddress)) notices.push({ code, message })
  }
}

function effectOf({ type }: EffectTemplate, node: string, reason: string, how: 'automatically' | 'manually'): Effect {
  return type === 'reset-phones' ? { type, node, reason, how } : { type, node, reason }
}

/** UPL-6's order. */
const order: readonly Effect['type'][] = [
  'restart-service',
  'replicate',
  'copy-to-store',
  'update-ctl',
  'cycle-tftp',
  'reset-phones',
  'backup-required',
]

/** The effects in UPL-6's order, each once; those of one type stay as they stand. */
export function inOrder(effects: readonly Effect[]): readonly Effect[] {
  const distinct = new Map(effects.map((effect) => [JSON.stringify(effect), effect]))
  return [...distinct.values()].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
}
