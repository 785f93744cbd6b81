/** The portable suite in a page, which fetches each group and hands its result to whoever drives the page. */

import { judgeGroup } from '../suite.js'

Object.assign(globalThis, {
  judgeFetched: async (url: string): Promise<string> => judgeGroup(await (await fetch(url)).text()),
})
