// What a measurement comes to: a row of the table.

/**
 * @param row.measure what was measured
 * @param row.least the bar, where more is better; `row.most` where less is
 * @param row.value what was measured
 * @param row.unit behind the number, such as ` ms`
 * @param row.detail the numbers behind it, in a few words
 */
export function toRow({ measure, least, most, value, unit = '', digits = 0, detail = '' }) {
  const isMet = least === undefined ? value <= most : value >= least
  const bar = least === undefined ? `≤ ${number(most)}${unit}` : `≥ ${number(least)}${unit}`
  const by = Math.abs(value / (least ?? most) - 1) * 100
  return {
    measure,
    bar,
    result: `${number(value, digits)}${unit}`,
    verdict: isMet ? 'met' : `missed by ${by < 1 ? by.toFixed(1) : by.toFixed(0)} %`,
    detail,
  }
}

/** A row for what cannot be measured yet, or here. */
export function toOpenRow({ measure, bar, why }) {
  return { measure, bar, result: '–', verdict: 'not measured', detail: why }
}

/** The rows as a table in Markdown. */
export function toTable(rows) {
  const lines = rows.map(({ measure, bar, result, verdict, detail }) => [
    measure,
    bar,
    result,
    verdict,
    detail,
  ])
  return [
    ['measure', 'bar', 'measured', '', 'how it came about'],
    ['---', '---', '---', '---', '---'],
    ...lines,
  ]
    .map(cells => `| ${cells.join(' | ')} |\n`)
    .join('')
}

function number(value, digits = 0) {
  return Number.isInteger(value)
    ? value.toLocaleString('en-US')
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits || 2 })
}
