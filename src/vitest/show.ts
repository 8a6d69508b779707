// What a failed assertion says.
import { ownCaptures, type Provenance } from '../contract/index.ts'
import type { LocatedFinding, Part } from '../runner/findings.ts'
import { showProvenance } from '../runner/reports/words.ts'
import type { Delivery, Order } from '../store/records.ts'

/** Of vitest's matcher utilities, what colours. */
export interface Colors {
  readonly EXPECTED_COLOR: (text: string) => string
  readonly RECEIVED_COLOR: (text: string) => string
  readonly BOLD_WEIGHT: (text: string) => string
  readonly DIM_COLOR: (text: string) => string
}

export const partNames: Readonly<Record<Part, string>> = {
  request: 'request',
  response: 'answer',
  callback: 'callback',
}

/** A finding with its pointer, what was expected and received, and who says so. */
export function showFinding(finding: LocatedFinding, colors: Colors): string {
  const { severity, kind, pointer, message, expected, received, provenance, detail } = finding
  const { BOLD_WEIGHT, EXPECTED_COLOR, RECEIVED_COLOR, DIM_COLOR } = colors
  const lines = [`${BOLD_WEIGHT(kind)}${pointer && ` at ${pointer}`} (${severity})`, `  ${message}`]
  if (expected !== undefined) lines.push(`  expected  ${EXPECTED_COLOR(expected)}`)
  if (received !== undefined) lines.push(`  received  ${RECEIVED_COLOR(received)}`)
  if (provenance) lines.push(`  source    ${DIM_COLOR(showSource(provenance, finding.provider))}`)
  if (detail !== undefined)
    lines.push(
      '',
      ...detail
        .trimEnd()
        .split('\n')
        .map(line => line && `  ${line}`),
    )
  return lines.join('\n')
}

/** Who says so, with the file where it can be looked up. */
function showSource(provenance: Provenance, provider: string): string {
  if (provenance.level === 'assumed') return `assumed by paydouble: ${provenance.reason}`
  if (provenance.evidence === ownCaptures) return showProvenance(provenance)
  return `${provenance.level}: ${provenance.evidence} in contracts/${provider}/evidence/facts.json`
}

/** How an order stands. */
export function showOrder({
  id,
  provider,
  orderNumber,
  status,
  amount,
  currency,
  paidAmount,
}: Order): string {
  const number = orderNumber === id ? '' : ` (${orderNumber})`
  const paid = paidAmount === null || paidAmount === amount ? '' : `, ${paidAmount} of it paid`
  return `the order ${id}${number} of ${provider} is ${status}: ${amount} ${currency} in minor units${paid}`
}

/** A delivery and what came of it, in a line. */
export function showDelivery({ callback, order, status, attempts }: Delivery): string {
  const last = attempts.at(-1)
  const answered =
    last === undefined
      ? 'not sent yet'
      : `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}, at last ${last.error ?? `${last.status} ${JSON.stringify(last.reply.slice(0, mostShown))}`}`
  return `${callback} of the order ${order}: ${status}, ${answered}`
}

const mostShown = 60
