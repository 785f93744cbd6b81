/** Something the portable suite runs in. */

import type { GroupResult } from '../vector.js'

/** The suite's program, bundled, and the vectors it is handed. */
export interface Material {
  /** The empty project the package is installed in; programs and vectors are written to it. */
  readonly directory: string
  /** Vectors of each group, as text. */
  readonly groups: readonly string[]
  /** The same of those that need a disk. */
  readonly diskGroups: readonly string[]
  /** Bundles a program of the suite and returns the file: `package-outside` leaves the package to the runtime's own resolution. */
  readonly bundle: (program: string, kind: BundleKind) => Promise<string>
}

export type BundleKind = 'package-outside' | 'worker' | 'browser'

export interface Host {
  readonly name: string
  /** The version found; undefined where the runtime is not on this machine, after which it is left out. */
  readonly version: () => string | undefined
  /** Whether it has a disk, and so judges the groups that need one. */
  readonly hasDisk: boolean
  /** How to get it, for who has not got it. */
  readonly remedy: string
  readonly run: (material: Material) => Promise<readonly GroupResult[]>
}
