// Laws of the manager: any operations in any order come to what a model of a few sets says.

import { it } from 'vitest'
import { createMemoryStorage } from '../../src/inventory/index.js'
import { extent } from '../support/extent.js'
import { holdAgainstModel } from '../support/manager-model.js'

const SEQUENCES = extent('CERTWARD_SEQUENCES', { all: 2000, some: 15 })

it('UPL-8, CSR-6, DEL-3: any sequence of operations agrees with the model, step by step, and with its plans', async () => {
  await holdAgainstModel(createMemoryStorage, { numRuns: SEQUENCES, maxCommands: 40 })
}, 1_200_000)
