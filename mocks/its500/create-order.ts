import { its500 } from '../../contracts/its500/contract.ts'
import { cashierPages, spacedKeys } from '../../contracts/its500/create-order.ts'
import { type PayType, payTypes } from '../../contracts/its500/fields.ts'
import { toFen, toYuan } from '../../src/contract/codec/money.ts'
import { hexDigits, type RandomStream } from '../../src/double/random.ts'
import {
  type BodyOf,
  expiryOf,
  type OrderDraft,
  type PageAnswer,
  type ParamsOf,
  toPage,
} from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { drawDiscounts } from './discount.ts'
import { type Fields, fieldsOf, type Its500Context } from './orders.ts'
import { amountCode, codeFinding, codeOf, receivingCodes } from './receiving-codes.ts'

/** Makes an order, of an amount below its price that no open order has. */
export async function createOrder(
  params: ParamsOf<typeof its500, 'createOrder'>,
  { account, now, random, ...context }: Its500Context,
): Promise<BodyOf<typeof its500, 'createOrder'> | PageAnswer> {
  const { settings } = account
  if (settings.frozen) return context.fail('frozen')
  if (settings.balance <= 0) return context.fail('noBalance')
  const [defaultUrl] = settings.callbackUrls
  if (defaultUrl === undefined) return context.fail('noCallbackUrl')
  const callbackUrl = params.callbackurl || defaultUrl
  if (!settings.callbackUrls.includes(callbackUrl)) {
    return context.fail(
      'badCallbackUrl',
      callbackFinding(`${callbackUrl} is not among the registered addresses.`),
    )
  }
  if (!context.mayCall(callbackUrl)) {
    return context.fail(
      'badCallbackUrl',
      callbackFinding(
        `${callbackUrl} is no http address on a host to which callbacks may go (allowedCallbackHosts).`,
      ),
    )
  }

  const shown = cashierPages[params.other ?? '']
  if (shown && !settings.uploadedCodes.includes(shown)) {
    return context.fail(
      'noReceivingCode',
      codeFinding('/other', 'The page would have no code to show: see the account setting uploadedCodes.'),
    )
  }
  if (shown && params.paytype && params.paytype !== shown) {
    context.note({
      kind: 'payTypeIgnored',
      severity: 'note',
      pointer: '/paytype',
      message: `The page that other asks for shows the code of ${shown}, so that the order is paid by that.`,
      provenance: its500.rules.cashierPageCode.provenance,
    })
  }

  const fields: Omit<Fields, 'price'> = {
    originalprice: params.price,
    name: params.name,
    reurl: params.reurl ?? '',
    thirduid: params.thirduid ?? '',
    other: params.other ?? '',
    remarks: params.remarks ?? '',
    payTypes: payTypesOf(shown ?? params.paytype),
    callbackUrl: params.callbackurl ?? '',
  }
  const codes = receivingCodes(account.id, settings.uploadedCodes)
  const draft = (amount: number): OrderDraft => ({
    id: `oderpay-${uuid(random('orderId'))}`,
    // its500 takes no order number from the merchant, so its own is the only one.
    orderNumber: '',
    amount,
    qr: codes[codeOf(fields.payTypes[0] ?? 'wx')] ?? codes.qrcode,
    expiresAt: expiryOf(settings, now),
    fields: { ...fields, price: toYuan(amount) } satisfies Fields,
  })

  for (const discount of drawDiscounts(random('discount'))) {
    const amount = toFen(params.price) - discount
    const created = await context.createOrder(() => {
      const order = draft(amount)
      return { ...order, orderNumber: order.id }
    })
    if ('conflict' in created) continue
    if (shown) return toPage(await cashierPageOf(created.order, shown, now))
    return answer(created.order, { ...codes, ...amountCode(created.order) }, settings.spacedKeys)
  }
  return context.fail('amountsExhausted', {
    kind: 'amountsExhausted',
    severity: 'breaking',
    pointer: '/price',
    message: `All 99 amounts below ${params.price} yuan are taken by open orders of this account and pay type. Let some be paid or expire.`,
  })
}

/** Without a pay type the payer may take any, so the amount must be free in all of them. */
function payTypesOf(type: PayType | undefined): PayType[] {
  return type ? [type] : [...payTypes]
}

async function cashierPageOf(order: Order, payType: 'wx' | 'ali', now: number): Promise<string> {
  // Few ask for it, and what draws the code is large.
  const { toCashierPage } = await import('./cashier-page.ts')
  const { name, price, originalprice, reurl } = fieldsOf(order)
  return toCashierPage({
    orderId: order.id,
    name,
    price,
    originalprice,
    discount: toYuan(toFen(originalprice) - order.amount),
    reurl,
    payType,
    qr: order.qr,
    appLink: payType === 'ali' ? receivingCodes(order.account, []).qrcode : undefined,
    leftMs: order.expiresAt === null ? null : order.expiresAt - now,
    pollMs: its500.rules.pollInterval.value.seconds * 1000,
  })
}

function answer(order: Order, codes: Record<string, string>, spaced: boolean) {
  const { price, originalprice, name, reurl, thirduid, other, remarks } = fieldsOf(order)
  const texts = { other, price, name, reurl, thirduid, originalprice, remarks }
  const plain = {
    msg: its500.errors.success.message,
    code: '10001' as const,
    orderId: order.id,
    ...texts,
    ...codes,
  }
  return spaced ? withSpacedKeys(plain) : plain
}

/** The same answer, with some keys spelled as in the document's sample. */
function withSpacedKeys<T extends object>(body: T): T {
  const spaced: readonly string[] = spacedKeys
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [spaced.includes(key) ? `${key} ` : key, value]),
  ) as T
}

function callbackFinding(message: string) {
  return { kind: 'callbackUrl', severity: 'breaking', pointer: '/callbackurl', message } as const
}

function uuid(random: RandomStream): string {
  const hex = random.text(32, hexDigits)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
