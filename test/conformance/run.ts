/** Runs a conformance suite from the command line: `npm run -s conformance -- --help`. */

import { conformance } from './command.js'
import { suites } from './suites.js'

process.exitCode = await conformance(process.argv.slice(2), suites, { out: console.log, err: console.error })
