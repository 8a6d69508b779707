// Texts and numbers as some senders write them: what a receiver must cope with, or refuse cleanly.

export const hostilities = [
  'fullWidthDigits',
  'emoji',
  'numbersAsTexts',
  'textsAsNumbers',
  'decimals',
  'bigIds',
  'timeZone',
] as const
export type Hostility = (typeof hostilities)[number]

/** A number that JSON.stringify writes with all its digits. The language's own types do not know it yet. */
const rawNumber = (text: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text)

const isNumberText = (value: unknown): value is string =>
  typeof value === 'string' && /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value)

/** What each of them does to one value. Whatever it does not concern stays as it is. */
const changes: Readonly<Record<Hostility, (value: unknown) => unknown>> = {
  // "300" as "３００".
  fullWidthDigits: value => (typeof value === 'string' ? value.replace(/\d/g, toFullWidth) : value),
  // Outside of the basic plane, so that it is four bytes, and two of JavaScript's units.
  emoji: value => (typeof value === 'string' && /[^\x20-\x7e]/.test(value) ? `${value}\u{1F9E7}` : value),
  numbersAsTexts: value => (typeof value === 'number' ? String(value) : value),
  textsAsNumbers: value => (isNumberText(value) ? Number(value) : value),
  // "10" as "10.00", and "0.10" as "0.1".
  decimals: value => {
    if (!isNumberText(value)) return value
    return value.includes('.') ? value.replace(/0+$/, '').replace(/\.$/, '') : `${value}.00`
  },
  // A number beyond 2^53, of which JSON.parse loses the last digits.
  bigIds: value => (typeof value === 'string' && /^[1-9]\d{15,}$/.test(value) ? rawNumber(value) : value),
  // The time in Greenwich instead of that in China.
  timeZone: value => (typeof value === 'string' ? value.replace(timePattern, toGreenwich) : value),
}

const timePattern = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})$/

/** A payload with all its values written in a hostile way; shares nothing that was changed with the original. */
export function makeHostile<T>(payload: T, hostility: Hostility): T {
  const change = changes[hostility]
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return change(value)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, walk(part)]))
  }
  return walk(payload) as T
}

/** An object with some fields set; null takes a field away. A name may be a path, such as `data.orderNo`. */
export function setFields<T extends object>(payload: T, fields: Readonly<Record<string, unknown>> = {}): T {
  // A map, because in an object a name such as __proto__ is more than a name.
  const copy = new Map<string, unknown>(Object.entries(payload))
  for (const [name, value] of Object.entries(fields)) {
    const [first = name, ...rest] = name.split('.')
    const inner = copy.get(first)
    if (rest.length > 0 && typeof inner === 'object' && inner !== null)
      copy.set(first, setFields(inner, { [rest.join('.')]: value }))
    else if (value === null) copy.delete(name)
    else copy.set(name, value)
  }
  return (Array.isArray(payload) ? [...copy.values()] : Object.fromEntries(copy)) as T
}

/** An object with some fields under other names, in their places. A name may be a path, such as `data.orderNo`. */
export function renameFields<T extends object>(payload: T, names: Readonly<Record<string, string>> = {}): T {
  return Object.entries(names).reduce(
    (renamed, [path, name]) => renameField(renamed, path.split('.'), name),
    payload,
  )
}

function renameField<T extends object>(
  payload: T,
  [first = '', ...rest]: readonly string[],
  name: string,
): T {
  if (Array.isArray(payload))
    return payload.map((item, i) => (String(i) === first ? renameInside(item, rest, name) : item)) as T
  const entries = Object.entries(payload).map(([key, value]) => {
    if (key !== first) return [key, value] as const
    return rest.length === 0 ? ([name, value] as const) : ([key, renameInside(value, rest, name)] as const)
  })
  return Object.fromEntries(entries) as T
}

function renameInside(value: unknown, path: readonly string[], name: string): unknown {
  return typeof value === 'object' && value !== null ? renameField(value, path, name) : value
}

function toFullWidth(digit: string): string {
  return String.fromCharCode(digit.charCodeAt(0) + 0xfee0)
}

function toGreenwich(text: string, date: string, time: string): string {
  const at = Date.parse(`${date}T${time}+08:00`)
  return Number.isNaN(at) ? text : new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
