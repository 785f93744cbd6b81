// Changes decided anew where somebody else was quicker.

import { expect, it } from 'vitest'
import { sampleSetting } from '../../src/inventory/contract-case.js'
import { commitAgain } from '../../src/inventory/commit-again.js'
import { createMemoryStorage, type Storage } from '../../src/inventory/index.js'

const scope = { node: 'pub', purpose: 'tomcat' }

/** A storage that somebody else writes to before each of so many commits. */
function contended(times: number): { readonly storage: Storage; readonly commits: () => number } {
  const memory = createMemoryStorage()
  let commits = 0
  const commit: Storage['commit'] = async (change) => {
    if (commits++ < times) {
      const { revisions } = await memory.read([scope])
      await memory.commit({
        relies: revisions,
        puts: [sampleSetting('other', commits, scope)],
        deletes: [],
        appends: [],
      })
    }
    return memory.commit(change)
  }
  return { storage: { ...memory, commit }, commits: () => commits }
}

const put = { puts: [sampleSetting('own', 1, scope)] }

it('a change is decided eight times at most, or as often as is asked for, and is made at the last', async () => {
  const seventh = contended(7)
  expect(await commitAgain(seventh.storage, [scope], () => put)).toBe(true)
  expect(seventh.commits()).toBe(8)
  const eighth = contended(8)
  expect(await commitAgain(eighth.storage, [scope], () => put)).toBe(false)
  expect(eighth.commits()).toBe(8)
  const third = contended(3)
  expect(await commitAgain(third.storage, [scope], () => put, 3)).toBe(false)
  expect(third.commits()).toBe(3)
  const { records } = await third.storage.read([scope])
  expect(records.map(({ id }) => id)).toEqual(['other'])
})

it('nothing to change is done, and commits nothing', async () => {
  const { storage, commits } = contended(0)
  expect(await commitAgain(storage, [scope], () => undefined)).toBe(true)
  expect(commits()).toBe(0)
})
