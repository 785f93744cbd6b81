// The registry of object identifiers, and what it remembers of those it does not know.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeObjectIdentifier } from '../../src/der/object-identifier.js'
import { identifierAt, identifierName, identifierOf } from '../../src/x509/object-identifiers.js'

const at = (oid: string): ReturnType<typeof identifierAt> => {
  const content = encodeObjectIdentifier(oid)
  return identifierAt(content, 0, content.length)
}

describe('object identifiers', () => {
  it('are read with what is registered for them, in the middle of other bytes as well', () => {
    const content = encodeObjectIdentifier('2.5.4.3')
    const bytes = Uint8Array.of(6, 3, ...content, 6)
    expect(identifierAt(bytes, 2, 2 + content.length)).toMatchObject({
      oid: '2.5.4.3',
      name: 'commonName',
      short: 'CN',
    })
    expect(at('2.5.29.15')).toMatchObject({ name: 'keyUsage', short: undefined })
  })

  it('without a name here are told by their numbers, whichever were met before', () => {
    // More than the table has places, so that each is displaced and met again.
    const arcs = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(arcs, (last) => {
        for (const arc of last) {
          const oid = `1.3.6.1.4.1.55738.${arc}`
          expect(at(oid)).toMatchObject({ oid, name: undefined, short: undefined })
          expect(at(oid)).toBe(at(oid))
        }
      }),
      { numRuns: 100 },
    )
  })

  it('FMT-4 keep their names whatever a file has been full of', () => {
    const registered = ['commonName', 'keyUsage', 'anyPolicy', 'sha256WithRSAEncryption', 'encryptedData', 'ML-DSA-87']
    for (let arc = 0; arc < 20_000; arc++) at(`1.2.${arc}.${arc % 7}`)
    for (const name of registered) {
      expect(at(identifierOf(name)).name).toBe(name)
      expect(identifierName(identifierOf(name))).toBe(name)
    }
  })

  it('do not follow bytes that are written over', () => {
    const content = encodeObjectIdentifier('1.3.6.1.4.1.55738.9')
    const first = identifierAt(content, 0, content.length)
    content[content.length - 1] = 8
    expect(identifierAt(content, 0, content.length).oid).toBe('1.3.6.1.4.1.55738.8')
    expect(first.oid).toBe('1.3.6.1.4.1.55738.9')
    expect(at('1.3.6.1.4.1.55738.9').oid).toBe('1.3.6.1.4.1.55738.9')
  })

  it('are asked for by registered names only, and keep their numbers where they have none', () => {
    expect(() => identifierOf('keyUsages')).toThrow("expected a registered identifier's name such as keyUsage")
    expect(identifierName('1.2.3')).toBe('1.2.3')
  })
})
