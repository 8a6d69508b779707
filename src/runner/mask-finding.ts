// A finding as it may be shown: masked first and cut then, because the half of a secret is no longer known for one.
import type { LocatedFinding } from './findings.ts'
import type { Mask } from './mask.ts'

/** Longer values are cut. */
const mostShown = 80
/** Longer sentences are cut, and names of fields, which are whatever was sent. */
const longestMessage = 400
const longestName = 100

/** A finding that can be shown. */
export function maskFinding(finding: LocatedFinding, mask: Mask): LocatedFinding {
  const { pointer, received, expected, detail, message } = finding
  return {
    ...finding,
    pointer: maskPointer(pointer, mask),
    message: cut(mask.text(message), longestMessage),
    ...(expected !== undefined && { expected: cut(mask.text(expected), longestMessage) }),
    ...(received !== undefined && { received: cut(maskReceived(pointer, received, mask), mostShown) }),
    ...(detail !== undefined && { detail: mask.text(detail) }),
  }
}

function maskPointer(pointer: string, mask: Mask): string {
  if (pointer === '') return pointer
  const names = pointer.slice(1).split('/')
  return names.map(name => `/${cut(mask.text(name), longestName)}`).join('')
}

/** Of a text the inside is masked, so that the quotes stay. What is in a hidden field is hidden, too. */
function maskReceived(pointer: string, received: string, mask: Mask): string {
  if (/^(null|true|false|""|\[\]|\{\})$/.test(received)) return received
  const names = pointer.split('/').slice(1)
  const hidden = names.find(name => mask.isHidden(name))
  if (hidden === undefined) return mask.text(received)
  const quoted = /^"(.*)"$/s.exec(received)?.[1]
  return quoted === undefined ? mask.field(hidden, received) : `"${mask.field(hidden, quoted)}"`
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text
}
