// Which scopes can be relied on for nothing: something in their directories is damaged, or the directories cannot be read.

import type { Scope } from '../../inventory/index.js'
import type { FileStoreError } from './errors.js'
import { parentOf } from './files.js'
import { scopeDirectory } from './names.js'

export class DamagedDirectories {
  private readonly problems = new Map<string, FileStoreError>()

  /** Notes what is wrong in a directory: of one scope, or of a node and so of all its scopes. */
  add(directory: string, problem: FileStoreError): void {
    this.problems.set(folded(directory), problem)
  }

  get isEmpty(): boolean {
    return this.problems.size === 0
  }

  /** What is wrong with a scope; undefined where nothing is. */
  of(scope: Scope): FileStoreError | undefined {
    const directory = folded(scopeDirectory(scope))
    return this.problems.get(directory) ?? this.problems.get(parentOf(directory))
  }
}

/** On a disk blind to case two scopes may share a directory. */
const folded = (directory: string): string => directory.toLowerCase()
