/** The suites the runner knows. A suite without a judge loads its cases and says that this version cannot judge them. */

import { loadLimbo } from './formats/limbo.js'
import { loadOcsp } from './formats/ocsp.js'
import { loadPkits } from './formats/pkits.js'
import { judgeLimbo } from './judges/limbo.js'
import { judgeOcsp } from './judges/ocsp.js'
import { judgePkits } from './judges/pkits.js'
import { defineSuite, type Suite } from './runner.js'

export const suites: ReadonlyMap<string, Suite> = new Map([
  ['limbo', defineSuite({ subject: 'path validation', load: loadLimbo, judge: judgeLimbo })],
  ['pkits', defineSuite({ subject: 'path validation', load: loadPkits, judge: judgePkits })],
  ['ocsp', defineSuite({ subject: 'OCSP', load: loadOcsp, judge: judgeOcsp })],
])
