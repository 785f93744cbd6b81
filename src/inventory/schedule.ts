// What is to be done for an installed certificate, and when: written in the change that installs it, so that nothing is
// installed unwatched, and removed with it.

import type { CertificateRecord, DueRecord, RecordKey } from './records.js'

/** Tasks of installed certificates. */
export type CertificateTask = 'expiry' | 'revocation'

const tasks: readonly CertificateTask[] = ['expiry', 'revocation']

const dueId = (task: CertificateTask, { kind, id }: Pick<CertificateRecord, 'kind' | 'id'>): string =>
  JSON.stringify([task, kind, id])

/**
 * What a due record knows of its certificate, so that looking whether something is to be done needs nothing else. It is
 * written with the certificate, and so is never another's.
 */
export type DueSubject = Pick<CertificateRecord, 'kind' | 'id' | 'sha256' | 'notBefore' | 'notAfter'>

/** The due records of a certificate, due at once: whoever does the task finds out when it is due next. */
export const scheduleOf = (record: CertificateRecord, now: number): readonly DueRecord[] => {
  const { node, purpose, kind, id, sha256, notBefore, notAfter } = record
  const data = { kind, id, sha256, notBefore, notAfter }
  return tasks.map((task) => ({ kind: 'due', node, purpose, id: dueId(task, record), task, dueAt: now, data }))
}

/** The places of the same records, of one task or of all: to be deleted with the certificate. */
export const scheduleKeysOf = (
  { node, purpose, kind, id }: CertificateRecord,
  only?: CertificateTask,
): readonly RecordKey[] =>
  tasks
    .filter((task) => only === undefined || task === only)
    .map((task) => ({ node, purpose, kind: 'due', id: dueId(task, { kind, id }) }))
