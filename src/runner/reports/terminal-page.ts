// Lines of a report for a terminal: as wide as it is, coloured or not, and without anything that it would obey.
import { styleText } from 'node:util'
import { columnsOf, cut, visible, wrapWords } from '../../signature/columns.ts'

export interface Page {
  readonly width: number
  readonly paint: Paint
}

export type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** Where texts behind a label begin. */
export const labelEnd = 16
const labelStart = 4

export interface PartOfRow {
  readonly text: string
  readonly style?: Style
}

/** Parts side by side where there is room, and one below the other where there is none. */
export function row(parts: readonly PartOfRow[], page: Page, left = 0): string[] {
  const margin = ' '.repeat(left)
  const paint = ({ style }: PartOfRow, text: string) => (style === undefined ? text : page.paint(style, text))
  const shown = parts.map(part => ({ part, text: visible(part.text) })).filter(({ text }) => text !== '')
  if (columnsOf(shown.map(({ text }) => text).join('  ')) <= page.width - left)
    return [margin + shown.map(({ part, text }) => paint(part, text)).join('  ')]
  return shown.flatMap(({ part, text }, i) =>
    rowsOf(text, page.width - left - 2).map(each => `${margin}${i === 0 ? '' : '  '}${paint(part, each)}`),
  )
}

export function heading(title: string, rest: string, page: Page): string[] {
  return row(
    [
      { text: title, style: ['bold', 'underline'] },
      { text: rest, style: 'dim' },
    ],
    page,
  )
}

export function item(text: string, page: Page, left = 2): string[] {
  return rowsOf(text, page.width - left - 2).map(
    (row, i) => `${' '.repeat(left)}${i === 0 ? '-' : ' '} ${row}`,
  )
}

export function paragraph(text: string, page: Page, left = 2): string[] {
  return rowsOf(text, page.width - left).map(row => `${' '.repeat(left)}${row}`)
}

export function labelled(label: string, text: string, { width, paint }: Page, style?: Style): string[] {
  return rowsOf(text, width - labelEnd).map((row, i) => {
    const shown = style === undefined ? row : paint(style, row)
    return `${' '.repeat(labelStart)}${paint('dim', (i === 0 ? label : '').padEnd(labelEnd - labelStart))}${shown}`
  })
}

/** Words in rows; a word that is longer than a row goes on in the next one. */
export function rowsOf(text: string, columns: number): string[] {
  return wrapWords(visible(text), columns).flatMap(row =>
    columnsOf(row) > columns ? cut(row, columns) : [row],
  )
}
