/** The portable suite as a worker: a group is posted, its result comes back. */

import { judgeGroup } from '../suite.js'

interface FetchEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent
  const answer = async (): Promise<Response> => new Response(await judgeGroup(await request.text()))
  ;(event as FetchEvent).respondWith(answer())
})
