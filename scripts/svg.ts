/** The little SVG that pictures of the documentation are made of: boxes, arrows and text, for light pages and dark ones. */

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly lines: readonly string[]
  /** `outside`: not of the library. */
  readonly look?: 'plain' | 'outside' | 'band'
}

const style = `
    text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 13px }
    .small { font-size: 11px; fill: #59636e }
    .plain { fill: #f6f8fa; stroke: #8c959f }
    .outside { fill: #fff8c5; stroke: #bf8700; stroke-dasharray: 4 3 }
    .band { fill: none; stroke: #d1d9e0 }
    .arrow { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#head) }
    marker path { fill: #57606a }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .small { fill: #9198a1 }
      .plain { fill: #161b22; stroke: #6e7681 }
      .outside { fill: #2d2400; stroke: #d29922 }
      .band { stroke: #30363d }
      .arrow { stroke: #9198a1 }
      marker path { fill: #9198a1 }
    }`

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function drawBox({ x, y, width, height, title, lines, look = 'plain' }: Box): string {
  const text = (at: number, kind: string, content: string): string =>
    `  <text x="${x + 10}" y="${y + at}" class="${kind}">${escape(content)}</text>`
  return [
    `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" class="${look}"/>`,
    text(19, look === 'band' ? 'small' : 'title', title),
    ...lines.map((line, at) => text(36 + 15 * at, 'small', line)),
  ].join('\n')
}

/** @param arrows the points each goes through */
export function picture(
  title: string,
  size: { readonly width: number; readonly height: number },
  boxes: readonly Box[],
  arrows: readonly (readonly (readonly [number, number])[])[] = [],
): string {
  const { width, height } = size
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escape(title)}</title>`,
    `  <style>${style}\n  </style>`,
    '  <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
    '    <path d="M0 0 8 4 0 8z"/>',
    '  </marker>',
    ...boxes.map(drawBox),
    ...arrows.map((points) => `  <path class="arrow" d="M${points.map(([x, y]) => `${x} ${y}`).join(' L')}"/>`),
    '</svg>\n',
  ].join('\n')
}
