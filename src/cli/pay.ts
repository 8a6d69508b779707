import type { Command } from 'commander'
import { PaydoubleError } from '../contract/index.ts'
import type { Payment } from '../double/payer.ts'
import type { Order } from '../store/records.ts'
import { addUrlFlag, callControl, type DoubleAddress } from './remote.ts'

export function addPay(program: Command): void {
  addUrlFlag(
    program
      .command('pay')
      .description('pay an order of a running double')
      .argument('<order>', "the order's id (the provider's own number of it), or the text of its QR code")
      .option('--amount <number>', 'what the payer pays, in minor units (default: what the order asks for)')
      .option('--late', 'pay also an order that has expired, was closed or has failed')
      .option('--again', 'pay once more what is paid already')
      .option('--decline', 'begin to pay and decline')
      .option('--json', 'print the whole answer as JSON'),
  ).action(pay)
}

interface Flags extends DoubleAddress {
  amount?: string
  late?: boolean
  again?: boolean
  decline?: boolean
  json?: boolean
}

async function pay(order: string, flags: Flags): Promise<void> {
  if (flags.decline) {
    const other = (['amount', 'late', 'again'] as const).find(name => flags[name] !== undefined)
    if (other === undefined) return decline(order, flags)
    throw new PaydoubleError(
      'badFlag',
      `Failed to read the flags: --decline and --${other} exclude each other: who declines pays nothing.`,
    )
  }
  const { late, again } = flags
  const amount = { ...toAmount(flags.amount), ...(late && { late }), ...(again && { again }) }
  const byId = () => callControl(flags, 'POST', `api/orders/${encodeURIComponent(order)}/pay`, amount)
  const byQr = () => callControl(flags, 'POST', 'api/pay', { qr: order, ...amount })
  const answer = order.includes('://') ? await byQr() : await byId().catch(orElse('orderUnknown', byQr))
  process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : toText(answer as Payment))
}

async function decline(order: string, flags: Flags): Promise<void> {
  const path = `api/orders/${encodeURIComponent(order)}/decline`
  const answer = (await callControl(flags, 'POST', path, {})) as Order
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(answer)}\n`
      : `declined: the ${answer.provider} order ${answer.id} is ${answer.status}\n`,
  )
}

/** Tries the second way after one kind of failure; if that fails too, the first failure tells more. */
function orElse(code: string, next: () => Promise<unknown>): (error: unknown) => Promise<unknown> {
  return async error => {
    if (!(error instanceof PaydoubleError) || error.code !== code) throw error
    return next().catch(() => {
      throw error
    })
  }
}

function toAmount(text: string | undefined): { amount?: number } {
  if (text === undefined) return {}
  if (/^[1-9]\d*$/.test(text)) return { amount: Number(text) }
  throw new PaydoubleError(
    'badFlag',
    `Failed to read --amount ${JSON.stringify(text)}: it is a positive whole number of minor units (1 yuan is 100).`,
  )
}

function toText({ outcome, order, deliveries, findings }: Payment): string {
  const lines = [
    outcome === 'paid'
      ? `paid ${order.paidAmount} for the ${order.provider} order ${order.id}`
      : `lost: the payment matches no order of ${order.provider}`,
    ...deliveries.map(delivery => `callback "${delivery.callback}" to ${delivery.url}: ${delivery.status}`),
    ...findings.map(finding => `${finding.kind}: ${finding.message}`),
  ]
  return `${lines.join('\n')}\n`
}
