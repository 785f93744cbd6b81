/** The portable suite: runs in every runtime, on nothing but the package and the vectors it is handed. */

import { limbo, ocsp, pkits } from './judges/conformance.js'
import { judgeNotices } from './judges/notices.js'
import { judgeProfile, judgeRequest } from './judges/purposes.js'
import { judgeReading, judgeRefused } from './judges/reading.js'
import { judgeChain } from './judges/chains.js'
import { judgeContract } from './judges/storage.js'
import { read } from './transport.js'
import { type GroupResult, type Judge, Unsupported, type Vectors } from './vector.js'

const judges: Readonly<Record<string, Judge>> = {
  reading: judgeReading,
  refusals: judgeRefused,
  limbo,
  pkits,
  ocsp,
  chains: judgeChain,
  profiles: judgeProfile,
  requests: judgeRequest,
  contracts: judgeContract,
  notices: judgeNotices,
}

/** Judges a group, given and returned as text. `more` are judges for what not every runtime has. */
export async function judgeGroup(text: string, more: Readonly<Record<string, Judge>> = {}): Promise<string> {
  const { group, cases } = read(text) as Vectors
  const judge = judges[group] ?? more[group]
  if (judge === undefined) throw new TypeError(`no judge for ${group}`)
  const start = performance.now()
  const failures: string[] = []
  const unsupported: string[] = []
  for (const testCase of cases) {
    try {
      await judge(testCase as never)
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      const list = error instanceof Unsupported ? unsupported : failures
      list.push(`${(testCase as { readonly id: string }).id}: ${reason}`)
    }
  }
  const ms = Math.round(performance.now() - start)
  const result: GroupResult = { group, total: cases.length, failures, unsupported, ms }
  return JSON.stringify(result)
}
