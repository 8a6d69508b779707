// What the provider gave out and what the double gave out in its place: numbers of orders, tokens, ids of receivers.

/** A value of the double that stands for one of the provider. */
export interface Stand {
  readonly own: string
  /** The id of the double's account to which it was answered. */
  readonly account: string
}

export interface Numbers {
  learn(real: string, stand: Stand): void
  /** What stands for a value of the provider; a value that is the same in both stands for itself. */
  find(real: unknown): Stand | undefined
  /** Writes down a number of the merchant that has an order now. */
  noteMerchant(number: unknown): void
  /** Whether a value is the number of an order that was seen to be made. */
  isKnown(value: unknown): boolean
  /** Parameters with what the double gave out in place of what the provider did; also in lists by commas. */
  replaceIn(params: Readonly<Record<string, unknown>>): Record<string, unknown>
}

/** How many are remembered; older ones are forgotten, so that memory does not grow without end. */
const mostRemembered = 200_000

export function createNumbers(): Numbers {
  const stands = new Map<string, Stand>()
  const merchants = new Set<string>()
  const find = (real: unknown) => (isNumber(real) ? stands.get(String(real)) : undefined)

  function replace(value: unknown): unknown {
    const stand = find(value)
    // A number stays one, as far as it can.
    if (stand) return typeof value === 'number' ? (toNumber(stand.own) ?? stand.own) : stand.own
    if (typeof value === 'string' && value.includes(','))
      return value
        .split(',')
        .map(item => find(item)?.own ?? item)
        .join(',')
    return value
  }

  return {
    find,
    learn(real, stand) {
      stands.set(real, stand)
      forgetOldest(stands)
    },
    noteMerchant(number) {
      if (!isNumber(number)) return
      merchants.add(String(number))
      forgetOldest(merchants)
    },
    isKnown: value => isNumber(value) && (stands.has(String(value)) || merchants.has(String(value))),
    replaceIn: params =>
      Object.fromEntries(Object.entries(params).map(([name, value]) => [name, replace(value)])),
  }
}

function forgetOldest(known: Map<string, unknown> | Set<string>): void {
  if (known.size <= mostRemembered) return
  const [oldest] = known.keys()
  if (oldest !== undefined) known.delete(oldest)
}

function isNumber(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}

function toNumber(text: string): number | undefined {
  const number = Number(text)
  return String(number) === text ? number : undefined
}
