// What an operation comes to: changes, effects and notices, or the findings that refuse it.

import type { ServiceRestart } from '../purposes/index.js'

/** One change of what is installed. */
export interface Change {
  readonly type: 'install' | 'replace' | 'remove' | 'request-created' | 'request-removed'
  readonly node: string
  readonly purpose: string
  readonly subject: string
  /** SHA-256, lower-case hex; undefined where there is no certificate: for requests, or before the key is made. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/** What the application must do, in the order it must be done in (UPL-6, REG-4). The library does none of it. */
export type Effect =
  /** `when` names the mode of the product in which alone it is needed; undefined for always. */
  | ({ readonly type: 'restart-service'; readonly node: string; readonly reason: string } & ServiceRestart)
  | { readonly type: 'replicate'; readonly node: string; readonly purpose: string; readonly reason: string }
  | { readonly type: 'copy-to-store'; readonly node: string; readonly purpose: string; readonly reason: string }
  | {
      readonly type: 'update-ctl' | 'cycle-tftp' | 'backup-required'
      readonly node: string
      readonly reason: string
    }
  /** `manually` where the setting says that a person does it. */
  | {
      readonly type: 'reset-phones'
      readonly node: string
      readonly how: 'automatically' | 'manually'
      readonly reason: string
    }

/**
 * A sentence for people that goes with the outcome: the catalogue's, `already-installed` where an upload changes nothing
 * because it is there (UPL-5), `not-installed` for certificates of a file that were not needed, or `chain-broken` for each
 * installed certificate whose chain ends in an authority the upload replaces by one of another key, on each node it is
 * brought to that the storage holds.
 */
export interface OutcomeNotice {
  readonly code: string
  readonly message: string
}

/** Why an operation was refused; the list is closed. */
export type ManagerFindingCode =
  | 'malformed'
  | 'private-key'
  | 'wrong-purpose'
  | 'unknown-purpose'
  | 'unknown-node'
  | 'wrong-node'
  | 'unsuitable-file'
  | 'profile'
  | 'key-mismatch'
  | 'name-missing'
  | 'chain'
  | 'issuer-missing'
  | 'revoked'
  | 'revocation-undetermined'
  | 'older-certificate'
  | 'expired'
  | 'not-yet-valid'
  | 'not-found'
  | 'identity-not-deletable'
  | 'system-generated'
  | 'confirmation-required'
  | 'key-not-offered'
  | 'invalid-input'
  | 'conflict'

/** One reason against an operation. All that hold are listed. */
export interface ManagerFinding {
  readonly code: ManagerFindingCode
  /** A sentence for people: what was found, and what to do. */
  readonly message: string
  /** Requirement or standard the rule comes from. */
  readonly rule: string
}

/** What is to happen, or has happened. */
export interface Outcome {
  readonly ok: true
  readonly changes: readonly Change[]
  readonly effects: readonly Effect[]
  readonly notices: readonly OutcomeNotice[]
}

/** Nothing has changed. */
export interface Refusal {
  readonly ok: false
  readonly findings: readonly ManagerFinding[]
}

/** Whether an operation was refused. */
export const isRefusal = (value: object): value is Refusal => 'ok' in value && value.ok === false

export const refusal = (...findings: readonly ManagerFinding[]): Refusal => ({ ok: false, findings })

/** Shorthand for one finding. */
export const finding = (code: ManagerFindingCode, message: string, rule: string): ManagerFinding => ({
  code,
  message,
  rule,
})
