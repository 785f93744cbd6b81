import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logNotifier, type LogRecord, type MonitorNotice } from '../../src/monitor/index.js'
import {
  digestOf,
  expiryNotice,
  hostileText,
  noticeSubjectOf,
  noticeTime,
  revocationNotice,
} from '../support/notices.js'

async function logged(...notices: readonly MonitorNotice[]): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = []
  await logNotifier({ write: (record) => void records.push(record) }).send(digestOf(...notices))
  return records
}

describe('the log notifier', () => {
  it('MON-4 writes a record for each notice, then one that sums up', async () => {
    const records = await logged(revocationNotice(), expiryNotice({ takesDown: [noticeSubjectOf({ node: 'sub' })] }))
    const facts = {
      node: 'pub',
      purpose: 'tomcat',
      kind: 'identity',
      subject: 'CN=pub.example.com,O=Example',
      issuer: 'CN=Example CA',
      serialNumber: '0A1B2C',
      sha256: 'ab'.repeat(32),
      description: 'Certificate signed by Example CA',
      notAfter: '2026-11-30T09:30:00Z',
    }
    expect(records).toEqual([
      {
        event: 'certificate-notice',
        type: 'revocation',
        key: 'notice 2',
        severity: 'critical',
        ...facts,
        status: 'revoked',
        revokedAt: '2026-11-23T04:30:00Z',
        reason: 'keyCompromise',
        message: 'ocsp.example.com says so',
      },
      {
        event: 'certificate-notice',
        type: 'expiry',
        key: 'notice 1',
        severity: 'warning',
        ...facts,
        level: 'under-7-days',
        daysLeft: 6,
        due: '2026-11-24T04:30:00Z',
        takesDown: [{ ...facts, node: 'sub' }],
        takesDownCount: 1,
      },
      {
        event: 'certificate-notices',
        severity: 'critical',
        key: 'run 1',
        at: '2026-11-24T04:30:00Z',
        count: 2,
        counts: { critical: 1, error: 0, warning: 1, notice: 0, informational: 0 },
      },
    ])
  })

  it('MON-4 the summary is as grave as its gravest notice', async () => {
    const [, summary] = await logged(expiryNotice({ level: 'under-30-days' }))
    expect(summary?.severity).toBe('notice')
  })

  it('MON-6 bounds what a root takes down, and says how much there is', async () => {
    const takesDown = Array.from({ length: 250 }, () => noticeSubjectOf())
    const [record] = await logged(expiryNotice({ takesDown }))
    expect(record).toMatchObject({ takesDownCount: 250 })
    expect(record !== undefined && 'takesDown' in record && record.takesDown.length).toBe(100)
  })

  it('MON-4 no value can forge a line, even in a log that prints values as they are', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (value) => {
        const hostile = { node: value, purpose: value, subject: value, issuer: value, description: value, key: value }
        const records = await logged(
          revocationNotice({ ...hostile, message: value, reason: value }),
          expiryNotice(hostile),
        )
        for (const record of records) {
          for (const text of Object.values(record))
            expect(String(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
        }
      }),
    )
  })

  it('MON-2 a sink that fails has the digest delivered again', async () => {
    const notifier = logNotifier({ name: 'journal', write: () => Promise.reject(new Error('disk full')) })
    expect(notifier.name).toBe('journal')
    await expect(notifier.send({ at: noticeTime, key: '', notices: [], addresses: [] })).rejects.toThrow('disk full')
  })
})
