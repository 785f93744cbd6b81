// The map that forgets, held against a list of what was used in which order.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RecentMap } from '../../src/base/recent-map.js'

const steps = fc.array(
  fc.record({ what: fc.constantFrom('get', 'set', 'delete'), key: fc.nat({ max: 9 }), value: fc.nat() }),
  { maxLength: 100 },
)

it('holds what was used last, and no more than it may', () => {
  fc.assert(
    fc.property(fc.nat({ max: 6 }), steps, (most, all) => {
      const map = new RecentMap<number, number>(most)
      let model: [key: number, value: number][] = []
      for (const { what, key, value } of all) {
        const known = model.find(([one]) => one === key)
        model = model.filter((one) => one !== known)
        if (what === 'delete') map.delete(key)
        if (what === 'set') map.set(key, value)
        if (what === 'get') expect(map.get(key)).toBe(known?.[1])
        if (what === 'set') model.push([key, value])
        if (what === 'get' && known !== undefined) model.push(known)
        model = model.slice(Math.max(0, model.length - most))
        expect([...map.values()]).toEqual(model.map(([, kept]) => kept))
      }
    }),
  )
})
