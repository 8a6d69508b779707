// What tests of QFPay ask and look at again and again.
import { createHash } from 'node:crypto'
import { qfpayAccount, qfpayPayment, qfpayQuery } from './clients.ts'
import type { OpenDoor } from './doors.ts'
import { openReceiver, type Receiver } from './receiver.ts'

type Row = Record<string, unknown>

/** An order; gives QFPay's number of it. */
export async function ordered(
  door: OpenDoor,
  params: Parameters<typeof qfpayPayment>[1] = {},
): Promise<string> {
  return String((await qfpayPayment(door, params)).json().syssn)
}

/** An order that the payer has paid; gives QFPay's number of it. */
export async function paid(door: OpenDoor, params: Parameters<typeof qfpayPayment>[1] = {}): Promise<string> {
  const syssn = await ordered(door, params)
  await door.double.payer.pay(syssn)
  return syssn
}

/** The rows that a query finds. */
export async function rows(door: OpenDoor, params: Parameters<typeof qfpayQuery>[1] = {}): Promise<Row[]> {
  return (await qfpayQuery(door, params)).json().data as Row[]
}

/** The one row that a query finds. */
export async function row(
  door: OpenDoor,
  params: Parameters<typeof qfpayQuery>[1],
): Promise<Row | undefined> {
  const [first, another] = await rows(door, params)
  if (another) throw new Error('the query found more than one row')
  return first
}

/** Changes the settings of the demo account. */
export function set(door: OpenDoor, settings: Readonly<Record<string, unknown>>): Promise<unknown> {
  return door.double.accounts.put('qfpay', 'demo', settings)
}

/** A receiver that is the registered address of the demo account. It acknowledges unless told otherwise. */
export async function registered(
  door: OpenDoor,
  reply: Parameters<typeof openReceiver>[0] = () => ({ status: 200, body: 'SUCCESS' }),
): Promise<Receiver> {
  const receiver = await openReceiver(reply)
  await set(door, { notifyUrl: receiver.url })
  return receiver
}

/** The signature of a body, as QFPay's pages have it. */
export function signatureOf(body: string, key = qfpayAccount.clientKey): string {
  return createHash('md5').update(Buffer.from(body)).update(key).digest('hex').toUpperCase()
}
