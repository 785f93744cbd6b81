/** Judges a suite with a peer, in processes that are ended where a case takes too long. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ConformanceCase, Disagreement, Outcome } from '../runner.js'

export const peerNames = ['pkijs', '@peculiar/x509', 'openssl'] as const

/** Milliseconds for one case; the slowest that ends takes a tenth. */
const PATIENCE = 10_000

const child = fileURLToPath(new URL('child.ts', import.meta.url))

interface Request {
  readonly peer: string
  readonly suite: string
  readonly path: string
}

export async function judgeWithPeer(request: Request, cases: readonly ConformanceCase[]): Promise<Outcome> {
  const start = performance.now()
  const verdicts = new Map<number, 'accepted' | 'refused' | 'no answer'>()
  while (verdicts.size < cases.length) await judgeSome(request, verdicts)
  const disagreements = cases.flatMap(({ id, accept }, index): readonly Disagreement[] => {
    const verdict = verdicts.get(index)
    if (verdict === 'no answer') return [{ id, kind: 'error', detail: `no answer within ${PATIENCE} ms` }]
    if ((verdict === 'accepted') === accept) return []
    return [{ id, kind: accept ? 'false reject' : 'false accept', detail: '' }]
  })
  return { total: cases.length, disagreements, ms: Math.round(performance.now() - start) }
}

/** From the first case without a verdict on, to the end or to a case that does not end. */
function judgeSome(
  { peer, suite, path }: Request,
  verdicts: Map<number, 'accepted' | 'refused' | 'no answer'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', child, peer, suite, path, String(verdicts.size)]
    const judging = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let isOverdue = false
    const arm = (): NodeJS.Timeout =>
      setTimeout(() => {
        isOverdue = true
        judging.kill('SIGKILL')
      }, PATIENCE)
    // The first one waits for the process to start, too.
    let timer = arm()
    createInterface({ input: judging.stdout }).on('line', (line) => {
      clearTimeout(timer)
      timer = arm()
      verdicts.set(verdicts.size, line.endsWith('accepted') ? 'accepted' : 'refused')
    })
    judging.on('error', reject)
    judging.on('close', (status) => {
      clearTimeout(timer)
      if (isOverdue) verdicts.set(verdicts.size, 'no answer')
      if (isOverdue || status === 0) resolve()
      else reject(new Error(`${peer} ended with status ${String(status)}`))
    })
  })
}
