/** Epoch milliseconds as `YYYY-MM-DD hh:mm:ss` at an offset from UTC. */
export function formatTime(epochMs: number, utcOffsetMinutes: number): string {
  const iso = new Date(epochMs + utcOffsetMinutes * 60_000).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}

/** Epoch milliseconds as digits, `YYYYMMDDhhmmss`, at an offset from UTC. */
export function formatCompactTime(epochMs: number, utcOffsetMinutes: number): string {
  return formatTime(epochMs, utcOffsetMinutes).replace(/\D/g, '')
}

/** Whether a text is a real moment written as `YYYY-MM-DD hh:mm:ss`. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return false
  const date = new Date(`${text.replace(' ', 'T')}Z`)
  return !Number.isNaN(date.getTime()) && formatTime(date.getTime(), 0) === text
}
