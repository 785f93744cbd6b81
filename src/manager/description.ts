// Subject and names of what is to be signed, checked before a key is made for them.

import type { SubjectDescription } from '../authoring/index.js'
import { describedExtensions } from '../authoring/profile-extensions.js'
import { subjectName } from '../authoring/subject.js'
import type { PurposeProfile } from '../purposes/index.js'
import { parseName } from '../x509/index.js'
import { finding, type ManagerFinding } from './outcome.js'

/** What a request or a self-signed certificate is to say. */
export interface Description extends SubjectDescription {
  readonly profile: PurposeProfile
}

/** The faults authoring would throw for, as a finding: what people type is data and no misuse. */
export function descriptionFindings(
  description: Description,
  purpose: string,
  rule: string,
): readonly ManagerFinding[] {
  try {
    describedExtensions(description, purpose)
    return []
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return [finding('invalid-input', error.message, rule)]
  }
}

/** The subject as it will stand in the certificate. The description has no faults. */
export const subjectText = ({ subject }: Description): string => parseName(subjectName(subject)).toString()
