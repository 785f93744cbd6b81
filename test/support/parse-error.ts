// Expects a ParseError, and hands it over for a look at its facts.

import { expect } from 'vitest'
import { ParseError, type ParseErrorCode } from '../../src/base/errors.js'

/** Runs `read`, expecting a ParseError, with `code` where one is given, and returns it. */
export function parseErrorOf(read: () => unknown, code?: ParseErrorCode): ParseError {
  let thrown: unknown
  try {
    read()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(ParseError)
  const error = thrown as ParseError
  expect({ code: error.code, message: error.message }).toMatchObject(code === undefined ? {} : { code })
  expect(error.message).toContain(`at byte ${error.offset}`)
  return error
}
