import { its500 } from '../../contracts/its500/contract.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import type { Its500Context } from './orders.ts'

/** Tells whether an order is paid. */
export async function onlinePayFindResult(
  { orderId }: ParamsOf<typeof its500, 'onlinePayFindResult'>,
  context: Its500Context,
): Promise<BodyOf<typeof its500, 'onlinePayFindResult'>> {
  const found = await context.findOrder(orderId)
  if (!found) return context.fail('orderUnknown')
  const { status } = await context.show(found)
  if (status === 'expired') return context.fail('orderExpired')
  if (status !== 'paid') return context.fail('orderWaiting')
  return { msg: its500.errors.paid.message, code: '10001' as const, state: '0' }
}
