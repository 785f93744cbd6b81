/** The host and port of a URI that may hold anything, fit to be read; empty where it has none. */
export function hostOf(uri: string): string {
  try {
    return new URL(uri).host
  } catch {
    return ''
  }
}
