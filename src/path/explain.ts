// A refused verdict as a tree a person can act on.

import type { PathAttempt } from './path-attempt.js'
import type { PathFinding } from './finding.js'
import type { PathVerdict } from './validate-path.js'

/** Attempts printed below the best one: a person reads no more. */
const SHOWN = 5

/**
 * The verdict as text of several lines: the likeliest path from the target up, what is wrong with each certificate and
 * what to do, then the other paths that were tried, but for beginnings of the likeliest. Names come from certificates,
 * with characters that could forge a line escaped.
 */
export function explain(verdict: PathVerdict): string {
  if (verdict.ok) {
    const lines = verdict.path.map(({ subject }) => `  ${subject.toString()}`)
    const anchor = `  anchor ${verdict.anchor.name.toString()}`
    return ['valid:', ...lines, anchor, `not checked: ${verdict.notChecked.join(', ')}`].join('\n')
  }
  const { best, attempts, attemptsDropped } = verdict
  const others = attempts.filter((attempt) => !isPartOf(attempt, best))
  const hidden = Math.max(others.length - SHOWN, 0) + attemptsDropped
  return [
    'refused:',
    ...explainPath(best),
    ...others.slice(0, SHOWN).flatMap((attempt) => ['also tried:', ...explainPath(attempt)]),
    ...(hidden > 0 ? [`and ${hidden} more paths`] : []),
  ].join('\n')
}

/** Whether `best`, which has all that is found in its certificates, tells what refused the attempt too. */
const isPartOf = ({ path, anchor }: PathAttempt, best: PathAttempt): boolean =>
  path.every((one, i) => one === best.path[i]) &&
  (anchor === undefined || (anchor === best.anchor && path.length === best.path.length))

function explainPath({ path, anchor, findings }: PathAttempt): readonly string[] {
  const lines: string[] = []
  const told = new Set<PathFinding>()
  const tell = (indent: string, about: readonly PathFinding[]): void => {
    for (const finding of about) {
      told.add(finding)
      const { code, message, remedy, rule } = finding
      lines.push(`${indent}✗ ${code}: ${message}; ${remedy} (${rule})`)
    }
  }
  for (const [i, certificate] of path.entries()) {
    const indent = '  '.repeat(i + 1)
    const role = i === 0 ? 'target' : 'issuer'
    lines.push(
      `${indent}${role} ${certificate.subject.toString() || '(empty name)'}, serial ${certificate.serialNumber}`,
    )
    tell(
      `${indent}  `,
      findings.filter((finding) => finding.certificate === certificate),
    )
  }
  const indent = '  '.repeat(path.length + 1)
  lines.push(anchor === undefined ? `${indent}no anchor` : `${indent}anchor ${anchor.name.toString()}`)
  tell(
    `${indent}  `,
    findings.filter((finding) => !told.has(finding)),
  )
  return lines
}
