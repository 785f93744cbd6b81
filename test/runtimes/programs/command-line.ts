/** The portable suite as a program of Node, Bun and Deno: a group on each line of the file, a result on each line printed. */

import { readFileSync } from 'node:fs'
import { argv } from 'node:process'
import { judgeFiles } from '../judges/files.js'
import { judgeGroup } from '../suite.js'

for (const line of readFileSync(argv[2] ?? '', 'utf8').split('\n')) {
  if (line !== '') console.log(await judgeGroup(line, { files: judgeFiles }))
}
