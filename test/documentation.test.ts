/** The documentation as a whole: what is generated is current, what is code runs, what is linked is there. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pictures, withFolders } from '../scripts/pictures.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const documents = ['.', 'docs', 'docs/decisions'].flatMap((directory) =>
  readdirSync(join(root, directory))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name)),
)

/** GitHub's name for a heading: lower case, without punctuation, and dashes for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (file: string): readonly string[] =>
  [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

describe('the documentation', () => {
  it.each(Object.entries(pictures))(
    '%s is drawn from the sources: run npm run pictures where it is not',
    (file, draw) => {
      expect(read(file)).toBe(draw())
    },
  )

  it('docs/architecture.md lists the imports of the sources: run npm run pictures where it does not', () => {
    const document = read('docs/architecture.md')
    expect(document).toBe(withFolders(document))
  })

  it('has every guide with code run by a test', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => read(join('test', name)))
      .join('\n')
    const guides = documents.filter((file) => /^```ts$/m.test(read(file)))
    expect(guides.length).toBeGreaterThan(8)
    expect(guides.filter((file) => !tests.includes(`runGuide('${file}'`))).toEqual([])
  })

  it('links to files and headings that are there', () => {
    const broken = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          const [path = '', anchor] = target.split('#')
          const linked = path === '' ? file : join(dirname(file), path)
          if (!existsSync(join(root, linked))) return true
          return anchor !== undefined && !anchorsOf(linked).includes(anchor)
        })
        .map((target) => `${file}: ${target}`),
    )
    expect(broken).toEqual([])
  })
})
