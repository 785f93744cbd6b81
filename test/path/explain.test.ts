// explain: the tree a person acts on, and certificates that try to write lines of their own.

import { describe, expect, it } from 'vitest'
import { explain, type PathVerdict, rfc5280Section6 } from '../../src/path/index.js'
import { authorities, rootOf, validateChain } from '../support/paths.js'

/** The text with serial numbers, which differ from run to run, left out. */
const told = (verdict: PathVerdict): readonly string[] =>
  explain(verdict)
    .replace(/serial [0-9A-F]+/g, 'serial …')
    .split('\n')

describe('explain', () => {
  it('names the path and what was not checked where the verdict is valid', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const verdict = await validateChain([root, intermediate, await intermediate.issue({ name: 'Leaf' })])
    expect(told(verdict)).toEqual([
      'valid:',
      '  CN=Leaf',
      '  CN=Intermediate 1',
      '  anchor CN=Root',
      'not checked: revocation, peer-name, extended-key-usage',
    ])
  })

  it('puts each finding under the certificate it is about, with what to do and the rule', async () => {
    const [root, intermediate = root] = await authorities({}, { pathLenConstraint: 0, keyUsage: ['cRLSign'] })
    const leaf = await intermediate.issue({
      name: 'Leaf',
      dns: ['a.example'],
      notAfter: new Date('2026-05-31T00:00:00Z'),
    })
    const verdict = await validateChain([root, intermediate, leaf], { peerName: { dns: 'b.example' } })
    expect(told(verdict)).toEqual([
      'refused:',
      '  target CN=Leaf, serial …',
      '    ✗ expired: it expired at 2026-05-31T00:00:00Z, 1 day before 2026-06-01T00:00:00Z; renew it, or install a certificate that has been renewed (RFC 5280 §6.1.3 (a) (2))',
      '    ✗ peer-name-mismatch: its subjectAltName does not name "b.example"; check that the right peer is meant, or ask for a certificate with that name (RFC 9525 §6)',
      '    issuer CN=Intermediate 1, serial …',
      '      ✗ path-length-without-authority: it has a pathLenConstraint, and may sign no certificates; ask its issuer for a certificate that keeps the rule (RFC 5280 §4.2.1.9)',
      '      ✗ certificate-signing-refused: it issued a certificate, and its keyUsage lacks keyCertSign; ask its issuer for a certificate that keeps the rule (RFC 5280 §6.1.4 (n))',
      '      anchor CN=Root',
    ])
  })

  it('says where a path ends that reaches no anchor, and which others were tried', async () => {
    const [root, intermediate = root] = await authorities({}, {})
    const broken = await root.crossSign(intermediate, { basicConstraints: {}, keyUsage: ['digitalSignature'] })
    const leaf = await intermediate.issue({ name: 'Leaf' })
    const [stranger] = await authorities({ name: 'Stranger' })
    const verdict = await validateChain([stranger, broken, intermediate, leaf])
    const text = told(verdict)
    expect(
      text.filter((line) => line.includes('✗ issuer-not-found: no certificate or anchor of its issuer CN=Root')),
    ).toHaveLength(1)
    expect(text).toContain('also tried:')
    expect(text.some((line) => line.includes('✗ not-an-authority'))).toBe(true)
    expect(text.some((line) => line.endsWith('no anchor'))).toBe(true)
  })

  it('tells of the likeliest path once, however far an attempt got on it, and of what is about no certificate', async () => {
    const [root, intermediate = root] = await authorities({}, { notAfter: new Date('2026-05-31T00:00:00Z') })
    const leaf = await intermediate.issue({ name: {}, dns: ['a.example'] })
    const chain = [root, intermediate, leaf]
    expect(told(await validateChain(chain, { profile: rfc5280Section6 }))).toEqual([
      'refused:',
      '  target (empty name), serial …',
      '    issuer CN=Intermediate 1, serial …',
      '      ✗ expired: it expired at 2026-05-31T00:00:00Z, 1 day before 2026-06-01T00:00:00Z; renew it, or install a certificate that has been renewed (RFC 5280 §6.1.3 (a) (2))',
      '      anchor CN=Root',
    ])
    // Refused by one path to an anchor, which is the likeliest and the only one.
    const direct = await root.issue({ name: 'Direct' })
    const finding = { code: 'revoked', message: 'all is lost', remedy: 'run', rule: 'x' } as const
    const { name: subject } = { name: root.certificate.subject }
    const furtherCheck = async () => [{ ...finding, subject, certificate: undefined }]
    expect(told(await validateChain([root, direct], { furtherCheck }))).toEqual([
      'refused:',
      '  target CN=Direct, serial …',
      '    anchor CN=Root',
      '      ✗ revoked: all is lost; run (x)',
    ])
  })

  it('counts the paths it does not show', async () => {
    const root = await rootOf()
    const right = await root.issueIntermediate({ name: 'CA' })
    const wrong = []
    for (let i = 0; i < 9; i++) wrong.push(await root.issueIntermediate({ name: 'CA' }))
    const target = await right.issue()
    const verdict = await validateChain([root, ...wrong, target], { profile: rfc5280Section6, limits: { attempts: 7 } })
    const text = told(verdict)
    expect(text.at(-1)).toMatch(/^and \d more paths$/)
    expect(text.filter((line) => line === 'also tried:')).toHaveLength(5)
  })

  it('lets no certificate forge a line, whatever its names hold', async () => {
    const nasty = 'x\n  anchor CN=Root\r\u001b[2Jvalid:\u202e\u2028\u0085'
    const ascii = 'x\n  anchor CN=Root\r\u001b[2Jvalid:'
    const root = await rootOf({ name: `Root ${nasty}`, nameConstraints: { permitted: { dns: ['good.test'] } } })
    const intermediate = await root.issueIntermediate({
      name: nasty,
      nameConstraints: { permitted: { dns: [`.${ascii}`], email: [ascii], uri: [ascii] } },
    })
    const leaf = await intermediate.issue({ name: nasty, dns: [ascii], email: [ascii], uri: [ascii] })
    const verdicts = [
      await validateChain([root, intermediate, leaf], { peerName: { dns: ascii } }),
      await validateChain([root, leaf]),
      await validateChain([await rootOf(), intermediate, leaf]),
      await validateChain([root, await root.issue({ name: nasty, dns: ['good.test'] })]),
    ]
    expect(verdicts.map(({ ok }) => ok)).toEqual([false, false, false, true])
    for (const verdict of verdicts) {
      const text = explain(verdict)
      expect(text).not.toMatch(/[\r\u001b\u0085\u2028\u202e]/)
      const anchors = text
        .split('\n')
        .filter((line) => line.trim().startsWith('anchor CN=Root') && !line.includes('\\0A'))
      expect(anchors.every((line) => line.trim() === 'anchor CN=Root')).toBe(true)
      expect(
        text
          .split('\n')
          .every((line) =>
            /^(?:refused:|valid:|also tried:|not checked: | +(?:target |issuer |anchor |no anchor|✗ |CN=))/.test(line),
          ),
      ).toBe(true)
    }
  })
})
