// Effects and notices of an operation, from the templates of the catalogue, in the order they are to be acted on.

import type { EffectTemplate, IdentityPurpose } from '../purposes/index.js'
import type { Effect, OutcomeNotice } from './outcome.js'
import type { ManagerContext } from './settings.js'

/** What the application must do after a new certificate of an identity (PUR-11, UPL-6, REG-4). */
export function identityEffects(
  purpose: IdentityPurpose,
  operation: 'upload' | 'regenerate',
  node: string,
  { phoneReset }: ManagerContext,
): readonly Effect[] {
  const reason = `${purpose.id} has a new certificate`
  const restarts = purpose.services.map((service): Effect => ({ type: 'restart-service', node, reason, ...service }))
  return [...restarts, ...purpose.effects[operation].map((template) => effectOf(template, node, reason, phoneReset))]
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

/** The catalogue's notices for the operation; some depend on whether the certificate names an IP address (UPL-7). */
export function identityNotices(
  purpose: IdentityPurpose,
  operation: 'upload' | 'regenerate',
  hasAddress: boolean,
): readonly OutcomeNotice[] {
  return purpose.notices
    .filter(({ on, when }) => on === operation && (when === 'always' || !hasAddress))
    .map(({ code, message }) => ({ code, message }))
}
