// The other forms in which one number or one time is written.

type Form = readonly [detail: string, text: string]

/** Beyond so many digits it is no amount, and no hundredth of it was meant. */
const longestAmount = 11

export function* numberForms(text: string): Iterable<Form> {
  if (!/^\d+(\.\d+)?$/.test(text)) return
  yield ['as a number', String(Number(text))]
  if (text.includes('.')) {
    yield ['without its decimals', text.slice(0, text.indexOf('.'))]
    yield ['with two decimals', Number(text).toFixed(2)]
    return
  }
  yield ['with one decimal', `${text}.0`]
  yield ['with two decimals', `${text}.00`]
  yield ['with thousands separators', text.replace(/\B(?=(\d{3})+$)/g, ',')]
  if (text.length > longestAmount) return
  yield ['divided by 100', String(Number(text) / 100)]
  yield ['divided by 100, with two decimals', (Number(text) / 100).toFixed(2)]
  yield ['times 100', String(Number(text) * 100)]
}

export function* timeForms(text: string): Iterable<Form> {
  const parts = toParts(text)
  if (!parts) return
  const { date, time, at } = parts
  const [hour = '', minute = '', second = ''] = time.split(':')
  const twelve = String(Number(hour) % 12 || 12).padStart(2, '0')
  yield ['with a T between date and time', `${date}T${time}`]
  yield ['with T and Z', `${date}T${time}Z`]
  yield ['with T, milliseconds and Z', `${date}T${time}.000Z`]
  yield ['with a 12-hour clock', `${date} ${twelve}:${minute}:${second}`]
  yield ['without seconds', `${date} ${hour}:${minute}`]
  yield ['as digits', `${date}${time}`.replace(/\D/g, '')]
  yield ['with slashes', `${date.replaceAll('-', '/')} ${time}`]
  yield ['eight hours earlier (UTC for UTC+8)', toText(at - 8 * hourMs)]
  yield ['eight hours later (UTC+8 for UTC)', toText(at + 8 * hourMs)]
}

export function* otherMoments(text: string): Iterable<Form> {
  const parts = toParts(text)
  if (!parts) return
  for (const seconds of [-1, 1, -2, 2]) {
    const later = seconds > 0 ? 'later' : 'earlier'
    yield [`${Math.abs(seconds)} s ${later}`, toText(parts.at + seconds * 1000)]
  }
}

const hourMs = 3_600_000

function toParts(text: string): { date: string; time: string; at: number } | undefined {
  const [, date = '', time = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text) ?? []
  const at = Date.parse(`${date}T${time}Z`)
  return Number.isNaN(at) ? undefined : { date, time, at }
}

function toText(at: number): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}
