// Changes that are decided anew where somebody else was quicker.

import type { ChangeSet, Snapshot, Storage } from './storage.js'
import type { Scope } from './records.js'

/** Times a change is decided where somebody else keeps writing to its scopes. */
const ATTEMPTS = 8

/** Decides a change on what the scopes hold. */
type Decide = (snapshot: Snapshot) => Partial<ChangeSet> | undefined | Promise<Partial<ChangeSet> | undefined>

/**
 * Reads scopes, has a change decided on what they hold, and commits it; again where somebody else has written to them in
 * between. The change relies on all of them where it does not say on which. `undefined` is nothing to change, and done.
 *
 * Returns false where the scopes kept changing: nothing was written then.
 */
export async function commitAgain(
  storage: Storage,
  scopes: readonly Scope[],
  decide: Decide,
  attempts = ATTEMPTS,
): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const snapshot = await storage.read(scopes)
    const change = await decide(snapshot)
    if (change === undefined) return true
    const { relies = snapshot.revisions, puts = [], deletes = [], appends = [] } = change
    if ((await storage.commit({ relies, puts, deletes, appends })).ok) return true
  }
  return false
}

/** The same for a change that must be made. @throws Error, saying to what, where others keep writing to the scopes */
export async function commitOrFail(
  what: string,
  storage: Storage,
  scopes: readonly Scope[],
  decide: Decide,
): Promise<void> {
  if (!(await commitAgain(storage, scopes, decide))) throw new Error(`others keep writing to ${what}: try again`)
}
