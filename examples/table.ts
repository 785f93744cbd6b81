// Text in columns.

/** Names come from files of strangers: what is no letter of theirs must not reach the terminal as a command. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')

/** Rows in columns as wide as their widest cell. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows.map((row) => row.map(printable))]
  const widths = header.map((_, column) => all.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
