// What is read of an answer, and that a connection is given back where it is not: fetch is a stand-in, so that each part of
// an answer can be odd.

import { describe, expect, it } from 'vitest'
import { fetchBytes, type FetchedResponse, type FetchFunction, HttpError } from '../../src/net/http-fetch.js'
import { collectGarbage } from '../support/collect-garbage.js'

interface Answer {
  readonly status?: number
  readonly type?: string
  readonly contentType?: string
  readonly parts?: readonly (Uint8Array | undefined)[]
  readonly body?: null
}

/** The answer, and how often its body was cancelled; cancelling fails, as it may on a connection that is gone. */
function answering({ status = 200, type = 'basic', contentType = 'a/b', parts = [], body }: Answer): {
  readonly fetch: FetchFunction
  readonly cancelled: () => number
} {
  let cancelled = 0
  const waiting = [...parts]
  const getReader = () => ({
    read: async () => (waiting.length === 0 ? { done: true } : { done: false, value: waiting.shift() }),
    cancel: async () => {
      cancelled++
      throw new Error('gone')
    },
  })
  const headers = { get: () => contentType }
  const response: FetchedResponse = { ok: true, status, type, headers, body: body === null ? null : { getReader } }
  return { fetch: async () => response, cancelled: () => cancelled }
}

/** Bytes array buffers keep once garbage is gone. */
function collectedArrayBuffers(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

const call = { uri: 'http://a.example/x', origin: 'configured', what: 'the list', contentTypes: ['a/b'] } as const

/** The bytes, or the code and message of the error. */
async function outcome(fetch: FetchFunction, size = 3): Promise<unknown> {
  try {
    return [...(await fetchBytes(call, { fetch }, size))]
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return `${error.code}: ${error.message}`
  }
}

describe('an answer over HTTP', () => {
  it('is read in whatever parts it comes, to the last byte that is allowed', async () => {
    for (const parts of [[Uint8Array.of(1, 2, 3)], [Uint8Array.of(1), undefined, Uint8Array.of(2, 3)]]) {
      const { fetch, cancelled } = answering({ parts })
      expect(await outcome(fetch)).toEqual([1, 2, 3])
      expect(cancelled()).toBe(0)
    }
    expect(await outcome(answering({ body: null }).fetch)).toEqual([])
    expect(await outcome(answering({}).fetch, 0)).toEqual([])
  })

  it('is whole where it comes in very many parts, and keeps nothing but its bytes meanwhile', async () => {
    const count = 4000
    let given = 0
    let kept = 0
    // A part as runtimes give it: a view of what has been read from the connection, of which there may be one byte.
    const part = (): Uint8Array =>
      new Uint8Array(64 * 1024).fill(given % 251).subarray(given % 1000, (given % 1000) + 1)
    const read = async () => {
      if (given < count) {
        const value = part()
        given++
        return { done: false, value }
      }
      kept = collectedArrayBuffers()
      return { done: true }
    }
    const { fetch } = answering({})
    const response = await fetch('', {} as never)
    const before = collectedArrayBuffers()
    const body = { getReader: () => ({ read, cancel: async () => undefined }) }
    const bytes = await fetchBytes(call, { fetch: async () => ({ ...response, body }) }, count)
    expect(bytes).toEqual(Uint8Array.from({ length: count }, (_, i) => i % 251))
    expect(bytes.buffer.byteLength).toBe(count)
    expect(kept - before).toBeLessThan(1024 * 1024)
  })

  it.each<[string, Answer, string]>([
    [
      'is one byte too large',
      { parts: [Uint8Array.of(1, 2), Uint8Array.of(3, 4)] },
      'too-large: a.example answers with more than 3 bytes',
    ],
    ['redirects with 300', { status: 300 }, 'redirect: a.example redirects, which is not followed'],
    ['redirects with 399', { status: 399 }, 'redirect: a.example redirects, which is not followed'],
    [
      'redirects without a status',
      { status: 0, type: 'opaqueredirect' },
      'redirect: a.example redirects, which is not followed',
    ],
    ['has another status', { status: 400 }, 'http-status: a.example answers with status 400'],
    ['has a status below', { status: 299 }, 'http-status: a.example answers with status 299'],
    [
      'is of another type',
      { contentType: 'text/html; a=b' },
      'content-type: a.example answers with text/html, not a/b',
    ],
  ])('that %s is left unread, and its connection given back', async (_, answer, message) => {
    const { fetch, cancelled } = answering(answer)
    expect(await outcome(fetch)).toBe(message)
    expect(cancelled()).toBe(1)
  })

  it('that does not come has the reason fetch gives, of whatever kind', async () => {
    const failing =
      (error: unknown): FetchFunction =>
      () =>
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        Promise.reject(error)
    const start = 'network: a.example could not be reached:'
    expect(await outcome(failing(new Error('failed', { cause: new Error('refused') })))).toBe(
      `${start} failed (refused)`,
    )
    expect(await outcome(failing(new Error('failed', { cause: 'refused' })))).toBe(`${start} failed`)
    expect(await outcome(failing('refused'))).toBe(`${start} refused`)
    expect(await outcome(failing(undefined))).toBe(`${start} undefined`)
  })
})
