// Laws of the manager: any operations in any order come to what a model of a few sets says.

import { it } from 'vitest'
import { createMemoryStorage } from '../../src/inventory/index.js'
import { runsOf } from '../support/extent.js'
import { holdAgainstModel } from '../support/manager-model.js'

it('UPL-8, CSR-6, DEL-3: any sequence of operations agrees with the model, step by step, and with its plans', async () => {
  await holdAgainstModel(createMemoryStorage, { numRuns: runsOf(60), maxCommands: 40 })
}, 120_000)
