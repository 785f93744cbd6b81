// What JSON holds, or any value nobody has looked at yet.

/** An object as JSON has it, its members unknown. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The items of a text that is a JSON array; none of any other text. */
export function itemsOf(text: string): readonly unknown[] {
  try {
    const items: unknown = JSON.parse(text)
    return Array.isArray(items) ? items : []
  } catch {
    return []
  }
}
