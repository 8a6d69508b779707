/** The last second that was written, since many orders come within one. */
let written = { second: Number.NaN, text: '', compact: '' }

/** Epoch milliseconds as `YYYY-MM-DD hh:mm:ss` at an offset from UTC. */
export function formatTime(epochMs: number, utcOffsetMinutes: number): string {
  return write(epochMs, utcOffsetMinutes).text
}

/** Epoch milliseconds as digits, `YYYYMMDDhhmmss`, at an offset from UTC. */
export function formatCompactTime(epochMs: number, utcOffsetMinutes: number): string {
  return write(epochMs, utcOffsetMinutes).compact
}

function write(epochMs: number, utcOffsetMinutes: number): typeof written {
  const second = Math.floor(epochMs / 1000) + utcOffsetMinutes * 60
  if (second !== written.second) {
    const iso = new Date(second * 1000).toISOString()
    const text = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
    written = { second, text, compact: text.replace(/\D/g, '') }
  }
  return written
}

/** Whether a text is a real moment written as `YYYY-MM-DD hh:mm:ss`. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text)) return false
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))]
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

/** The epoch milliseconds of a time that {@link isTime} takes, at an offset from UTC. */
export function readTime(text: string, utcOffsetMinutes: number): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`) - utcOffsetMinutes * 60_000
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
