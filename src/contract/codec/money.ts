/** Fen as yuan with two decimals: `9913` is `"99.13"`. */
export function toYuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
}

/**
 * Yuan as written (`"100"`, `"99.98"`) in fen.
 * @returns NaN where the text is no such amount
 */
export function toFen(yuan: string): number {
  const match = /^(\d+)(?:\.(\d{1,2}))?$/.exec(yuan)
  if (!match) return Number.NaN
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}
