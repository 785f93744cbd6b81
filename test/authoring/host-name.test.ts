// Host names: what is one, as A-labels, and what only looks like one.

import { describe, expect, it } from 'vitest'
import { hostName } from '../../src/authoring/host-name.js'

describe('hostName', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['xn--BCHER-kva.example', 'xn--bcher-kva.example'],
    ['faß.example', 'xn--fa-hia.example'],
    ['日本。example', 'xn--wgv71a.example'],
    ['क्\u200dष.example', 'xn--11b2ezcw70k.example'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['r3---sn-4g5.example', 'r3---sn-4g5.example'],
    [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test`],
    [`${'a.'.repeat(124)}tests`, `${'a.'.repeat(124)}tests`],
    [`*.${'a.'.repeat(123)}tests`, `*.${'a.'.repeat(123)}tests`],
  ])('writes %s as %s', (text, expected) => {
    expect(hostName(text)).toBe(expected)
  })

  it.each([
    ['an address', '1.2.3.4'],
    ['an address in hexadecimal', '0x7f.1'],
    ['an address in wide digits', '１.２.３.４'],
    ['a top label of digits', 'host.123'],
    ['a wildcard elsewhere', 'a.*.test'],
    ['a wildcard of a part', 'a*.test'],
    ['a wildcard alone', '*'],
    ['a long label', `${'a'.repeat(64)}.test`],
    ['a name of 254 characters', `${'a.'.repeat(125)}test`],
    ['a wildcard of 254 characters', `*.${'a.'.repeat(124)}test`],
    ['an empty label', 'a..test'],
    ['a trailing dot', 'host.test.'],
    ['an underscore', 'bad_host.test'],
    ['a hyphen first', '-a.test'],
    ['a hyphen last', 'a-.test'],
    ['a hyphen before an accent', '-é.test'],
    ['a user', 'user@host'],
    ['a port', 'host:443'],
    ['a path', 'host/x'],
    ['a space', 'ho st'],
    ['a null', 'host.test\0.evil.test'],
    ['nothing', ''],
    // A URL would map or drop these, and the name would not be the one that was typed.
    ['an emoji', '😀.example'],
    ['a soft hyphen', 'exa\u00admple.com'],
    ['a space without width', 'exam\u200bple.com'],
    ['a variation selector', 'a\ufe0f.example'],
    ['a number in a circle', '①.example'],
    ['a sign for three letters', '℡.example'],
    ['a joiner with nothing to join', 'a\u200db.example'],
    ['an A-label of nothing', 'xn--.example'],
    ['an A-label that decodes to none', 'xn--zzzzzz.example'],
  ])('refuses %s', (_, text) => {
    expect(hostName(text)).toBeUndefined()
  })
})
