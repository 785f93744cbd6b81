// What an error says, whatever it was that somebody threw.

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
