// Operations that make a key: what they have in common, before and after the key is made.

import type { Signer, SignerHash } from '../authoring/index.js'
import type { KeySpecification, Scope } from '../inventory/index.js'
import type { PlannedChange } from './change-builder.js'
import type { Refusal } from './outcome.js'
import type { State } from './state.js'

/** A decision without its key. Plain data: two drafts that read the same are the same. */
export interface Draft {
  readonly key: KeySpecification
  readonly hash: SignerHash
}

/** A key in the key store, and what was signed with it. */
export interface Made<T> {
  readonly keyHandle: string
  readonly document: T
}

/** One operation that makes a key. */
export interface KeyedOperation<D extends Draft, T> {
  readonly action: string
  readonly place: Scope & { readonly actor?: string }
  readonly scopes: () => readonly Scope[]
  /** Every rule; makes nothing. */
  readonly draft: (state: State) => D | Refusal
  /** Writes and signs what the key is for. */
  readonly make: (draft: D, key: Signer, now: number) => Promise<T>
  /** What is changed. `made` is undefined in plans only, where nothing is made. */
  readonly apply: (
    state: State,
    draft: D,
    now: number,
    made: Made<T> | undefined,
  ) => PlannedChange | Promise<PlannedChange>
}
