// What follows from an operation: effects in UPL-6's order, each once, and the notices of the catalogue.

import { describe, expect, it } from 'vitest'
import { followIdentity, inOrder } from '../../src/manager/effects.js'
import type { Effect, OutcomeNotice } from '../../src/manager/index.js'
import type { ManagerContext } from '../../src/manager/settings.js'
import { type IdentityPurpose, unifiedCommunications } from '../../src/purposes/index.js'

const tomcat = unifiedCommunications.purposes.find(
  (purpose): purpose is IdentityPurpose => purpose.usage === 'identity' && purpose.id === 'tomcat',
)
if (tomcat === undefined) throw new TypeError('no tomcat')
const place = { node: 'pub', reason: 'why' } as const

function follow(purpose: IdentityPurpose, operation: 'upload' | 'regenerate', hasAddress = true) {
  const consequences = { effects: [] as Effect[], notices: [] as OutcomeNotice[] }
  followIdentity(consequences, purpose, operation, 'pub', hasAddress, { phoneReset: 'manually' } as ManagerContext)
  return consequences
}

describe('the effects of an operation', () => {
  it('UPL-6 stand in the order they are to be acted on, each once, those of one type as they stood', () => {
    const restart = (service: string): Effect => ({ type: 'restart-service', ...place, service })
    const inWrongOrder: readonly Effect[] = [
      { type: 'backup-required', ...place },
      { type: 'reset-phones', ...place, how: 'manually' },
      { type: 'cycle-tftp', ...place },
      restart('Z'),
      { type: 'update-ctl', ...place },
      { type: 'copy-to-store', ...place, purpose: 'tomcat-trust' },
      { type: 'replicate', ...place, purpose: 'tomcat-trust' },
      restart('A'),
      restart('Z'),
    ]
    expect(inOrder(inWrongOrder)).toEqual([
      restart('Z'),
      restart('A'),
      { type: 'replicate', ...place, purpose: 'tomcat-trust' },
      { type: 'copy-to-store', ...place, purpose: 'tomcat-trust' },
      { type: 'update-ctl', ...place },
      { type: 'cycle-tftp', ...place },
      { type: 'reset-phones', ...place, how: 'manually' },
      { type: 'backup-required', ...place },
    ])
  })

  it('PUR-11, REG-4 name the services, and say of phones alone how they reset', () => {
    const purpose: IdentityPurpose = {
      ...tomcat,
      services: [{ service: 'Web' }],
      effects: { upload: [], regenerate: [{ type: 'update-ctl' }, { type: 'reset-phones' }] },
    }
    const reason = 'tomcat has a new certificate'
    const restart = { type: 'restart-service', node: 'pub', reason, service: 'Web' }
    expect(follow(purpose, 'upload').effects).toEqual([restart])
    expect(follow(purpose, 'regenerate').effects).toEqual([
      restart,
      { type: 'update-ctl', node: 'pub', reason },
      { type: 'reset-phones', node: 'pub', reason, how: 'manually' },
    ])
  })
})

describe('the notices of an operation', () => {
  const purpose: IdentityPurpose = {
    ...tomcat,
    notices: [
      { on: 'upload', when: 'always', code: 'outside-business-hours', message: 'a' },
      { on: 'upload', when: 'no-ip-address', code: 'open-by-name', message: 'b' },
      { on: 'regenerate', when: 'always', code: 'outside-business-hours', message: 'c' },
    ],
  }
  const messagesOf = (operation: 'upload' | 'regenerate', hasAddress: boolean): string =>
    follow(purpose, operation, hasAddress)
      .notices.map(({ message }) => message)
      .join('')

  it('UPL-7 are those of the operation, some where the certificate names no IP address alone', () => {
    expect(messagesOf('upload', true)).toBe('a')
    expect(messagesOf('upload', false)).toBe('ab')
    expect(messagesOf('regenerate', true)).toBe('c')
    expect(messagesOf('regenerate', false)).toBe('c')
  })
})
