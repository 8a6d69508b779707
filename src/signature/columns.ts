// Text in the columns of a terminal: what cannot be seen is written out, and lines are broken where they are full.

/** Line breaks and other characters that cannot be seen, or that turn the reading direction, as escapes. */
export function visible(text: string): string {
  return text.toWellFormed().replace(invisible, character => escapes[character] ?? toCode(character))
}

const invisible = /\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function toCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Chinese characters take two columns of a terminal. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += wide.test(character) ? 2 : 1
  return columns
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** A text in rows that are full, wherever its words end. */
export function cut(text: string, columns: number): string[] {
  const rows: string[] = []
  let row = ''
  let used = 0
  for (const character of text) {
    const size = columnsOf(character)
    if (used + size > columns) {
      rows.push(row)
      row = ''
      used = 0
    }
    row += character
    used += size
  }
  return [...rows, row]
}

/** A text in rows that are broken at spaces. A word that is longer than a row stays whole. */
export function wrapWords(text: string, columns: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    const longer = row === '' ? word : `${row} ${word}`
    if (columnsOf(longer) > columns && row !== '') {
      rows.push(row)
      row = word
    } else row = longer
  }
  return [...rows, row]
}
