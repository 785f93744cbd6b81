/** The suites of others: a case comes out right where the judge of its suite says what the suite expects. */

import { judgeLimbo } from '../../conformance/judges/limbo.js'
import { judgeOcsp } from '../../conformance/judges/ocsp.js'
import { judgePkits } from '../../conformance/judges/pkits.js'
import type { ConformanceCase, Judge as ConformanceJudge } from '../../conformance/runner.js'
import { Unsupported } from '../vector.js'

function agreeing<C extends ConformanceCase>(judge: ConformanceJudge<C>): (testCase: C) => Promise<void> {
  return async (testCase) => {
    const { accepted, detail = '' } = await judge(testCase)
    if (!accepted && testCase.accept && detail.includes('signature-unsupported')) throw new Unsupported(detail)
    if (accepted !== testCase.accept) throw new Error(`false ${accepted ? 'accept' : 'reject'}: ${detail}`)
  }
}

export const [limbo, pkits, ocsp] = [agreeing(judgeLimbo), agreeing(judgePkits), agreeing(judgeOcsp)]
