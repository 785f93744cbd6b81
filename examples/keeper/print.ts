// How the example shows what a manager did, and what it keeps.

import type { CertificateRecord, Effect, Outcome, Refusal } from '../../src/index.js'
import { table } from '../table.js'

/** Prints an outcome or a refusal; whether it was an outcome. */
export function printOutcome(outcome: Outcome | Refusal): boolean {
  if (!outcome.ok) {
    console.log('  refused:')
    for (const { code, message, rule } of outcome.findings) console.log(`    ${code}: ${message} (${rule})`)
    return false
  }
  for (const { type, purpose, node, subject } of outcome.changes)
    console.log(`  ${type}: ${subject} in ${purpose} on ${node}`)
  if (outcome.changes.length === 0) console.log('  nothing to change')
  for (const effect of outcome.effects) console.log(`  to do: ${effectText(effect)}`)
  for (const { message } of outcome.notices) console.log(`  note: ${message}`)
  return true
}

function effectText(effect: Effect): string {
  switch (effect.type) {
    case 'restart-service': {
      const when = effect.when === undefined ? '' : ` (while ${effect.when} is on)`
      return `restart ${effect.service} on ${effect.node}${when}`
    }
    case 'replicate':
      return `replicate ${effect.purpose} to ${effect.node}`
    case 'copy-to-store':
      return `copied to ${effect.purpose} on ${effect.node}`
    case 'reset-phones':
      return `reset phones ${effect.how}`
    default:
      return `${effect.type.replaceAll('-', ' ')}: ${effect.reason}`
  }
}

/** Prints certificates as a table. */
export function printList(records: readonly CertificateRecord[]): void {
  const rows = records.map(({ node, purpose, commonName, type, keyType, notAfter, sha256 }) => [
    node,
    purpose,
    commonName,
    type,
    keyType,
    new Date(notAfter).toISOString().slice(0, 10),
    sha256.slice(0, 16),
  ])
  console.log(table(['node', 'purpose', 'common name', 'type', 'key', 'ends', 'sha-256'], rows).replace(/^/gm, '  '))
}
