// What is to be done for an installed certificate, and when: written in the change that installs it, so that nothing is
// installed unwatched, and removed with it.

import type { CertificateRecord, DueRecord, RecordKey } from './records.js'

/** Tasks of installed certificates. */
export type CertificateTask = 'expiry' | 'revocation'

const tasks: readonly CertificateTask[] = ['expiry', 'revocation']

const dueId = (task: CertificateTask, { kind, id }: Pick<CertificateRecord, 'kind' | 'id'>): string =>
  JSON.stringify([task, kind, id])

/** Which record a due record is about. */
export interface DueSubject {
  readonly kind: CertificateRecord['kind']
  readonly id: string
}

/** The due records of a certificate, due at once: whoever does the task finds out when it is due next. */
export const scheduleOf = (record: CertificateRecord, now: number): readonly DueRecord[] =>
  tasks.map((task) => ({
    kind: 'due',
    node: record.node,
    purpose: record.purpose,
    id: dueId(task, record),
    task,
    dueAt: now,
    data: { kind: record.kind, id: record.id },
  }))

/** The places of the same records, to be deleted with the certificate. */
export const scheduleKeysOf = ({ node, purpose, kind, id }: CertificateRecord): readonly RecordKey[] =>
  tasks.map((task) => ({ node, purpose, kind: 'due', id: dueId(task, { kind, id }) }))
