// What a check of a certificate against its purpose finds. Trust and fitness are verdicts, never exceptions.

/** What was found; the list is closed. */
export type PurposeFindingCode =
  | 'key-usage-missing'
  | 'key-usage-extra'
  | 'extended-key-usage-missing'
  | 'extended-key-usage-extra'
  | 'key-type'
  | 'key-size'
  | 'signature-algorithm'
  | 'wildcard-name'
  | 'malformed'
  | 'wrong-purpose'
  | 'several-leaves'
  | 'no-certificate'
  | 'leaf-is-authority'

/** One finding. `error` refuses the certificate, `information` tells. */
export interface PurposeFinding {
  readonly code: PurposeFindingCode
  readonly severity: 'error' | 'information'
  /** A sentence for people. */
  readonly message: string
  /** Requirement or standard the rule comes from. */
  readonly rule: string
  /** What the finding is about: a usage, a name, a key. */
  readonly subject: string
}
