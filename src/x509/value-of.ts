// Extensions of those who take a malformed one for none.

import type { Extension } from './extension.js'

/** What an extension says; undefined where there is none, and where it is malformed. */
export const valueOf = <Value>(extension: Extension<Value> | undefined): Value | undefined =>
  extension?.error === undefined ? extension?.value : undefined
