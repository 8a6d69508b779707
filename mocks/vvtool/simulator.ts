import { vvtool } from '../../contracts/vvtool/contract.ts'
import type { IssuedToken } from '../../contracts/vvtool/issued-token.ts'
import { tokenLifeSeconds } from '../../contracts/vvtool/token.ts'
import { formatCompactTime, formatTime } from '../../src/contract/codec/time.ts'
import { digits, hexDigits } from '../../src/double/random.ts'
import { type Context, defineSimulator, expiryOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'

type Vvtool = typeof vvtool

const { utcOffsetMinutes, rules, errors } = vvtool

export const vvtoolSimulator = defineSimulator(vvtool, {
  accounts: [
    {
      id: 'demo',
      accessToken: 'de300000000000000000000000000000000000c1',
      merchantNum: '100001',
      clientId: 'demo-client',
      clientSecret: 'de300000000000000000000000000060',
    },
  ],

  inventCredentials: random => ({
    accessToken: random.text(40, hexDigits),
    merchantNum: `1${random.text(5, digits)}`,
    clientId: `client-${random.text(8, digits)}`,
    clientSecret: random.text(32, hexDigits),
  }),

  // The merchant's number is not among the keys: a repeated one makes another order.
  keysOf: () => ({}),

  operations: {
    async paymentQrCode(params, { account, now, random, ...context }) {
      checkMerchant(params, { account, fail: context.fail })
      if (!(await context.spend('callsLeft'))) return context.fail('noCallsLeft')
      const earlier = await context.findByOrderNumber(params.relation_order_number)
      if (earlier) {
        context.note({
          kind: 'duplicateOrderNumber',
          severity: 'breaking',
          pointer: '/relation_order_number',
          message: `The order number is that of the order ${earlier.id}. vv-tool makes another order all the same, and both can be paid: use a new number for each order.`,
          provenance: rules.duplicateMakesAnotherOrder.provenance,
        })
      }
      const created = await context.createOrder(() => ({
        // As long as in the sample: the minute, then ten digits.
        id: formatCompactTime(now, utcOffsetMinutes).slice(0, 12) + random('order').rising(10),
        orderNumber: params.relation_order_number,
        amount: Number(params.order_price),
        qr: `https://qr.alipay.com/bax${random('qr').text(21, '0123456789abcdefghijklmnopqrstuvwxyz')}`,
        expiresAt: expiryOf(account.settings, now),
        fields: { ...params },
      }))
      if ('conflict' in created) return context.fail('systemError')
      return {
        ...envelope({ now, elapsedMs: context.elapsedMs }),
        data: { qrcode_url: created.order.qr, order_number: created.order.id, withholding_money: 0 },
      }
    },

    async merchantOrderDetail(params, context) {
      checkMerchant(params, context)
      const found =
        params.type === '2'
          ? await context.findOrder(params.order_number)
          : await newestOf(params.order_number, context)
      if (!found) return context.fail('orderUnknown')
      return { ...envelope(context), data: detailOf(await context.show(found), context.account.settings) }
    },

    token: (_, context) => issueToken('token', context),
    oldToken: (_, context) => issueToken('oldToken', context),
  },
})

function checkMerchant(
  params: { merchant_num: string },
  { account, fail }: Pick<Context<Vvtool>, 'account' | 'fail'>,
): void {
  if (!account.settings.supported) fail('unsupported')
  if (!account.settings.permission) fail('noPermission')
  if (params.merchant_num === account.credentials.merchantNum) return
  fail('wrongMerchant', {
    kind: 'merchantNumber',
    severity: 'breaking',
    pointer: '/merchant_num',
    message: 'The access token belongs to another merchant_num.',
  })
}

function envelope({ now, elapsedMs }: Pick<Context, 'now' | 'elapsedMs'>) {
  return {
    code: 0 as const,
    msg: errors.success.message,
    msec: elapsedMs(),
    time: Math.floor(now / 1000),
  }
}

/** The newest order with the merchant's number; that there are others, which may be the paid one, is a finding. */
async function newestOf(orderNumber: string, context: Context<Vvtool>): Promise<Order | undefined> {
  const [newest, another] = (await context.listOrders({ orderNumber }, { limit: 2 })).items
  if (newest && another) {
    context.note({
      kind: 'ambiguousOrderNumber',
      severity: 'breaking',
      pointer: '/order_number',
      message: `Several orders have this number, and the newest is shown: ${newest.id}. Another one may be the one that is paid: ask for each by its own number, with type 2.`,
      provenance: rules.newestOrderCounts.provenance,
    })
  }
  return newest
}

function detailOf(order: Order, settings: Context<Vvtool>['account']['settings']) {
  const { orderDetailNames: names, orderDetailStates: states } = settings
  const isPaid = order.status === 'paid'
  const state = isPaid ? states.paid : order.status === 'pending' ? states.waiting : states.expired
  const data = {
    order_number: order.id,
    relation_order_number: order.orderNumber,
    merchant_num: String(order.fields.merchant_num),
    order_price: String(order.amount),
    order_title: String(order.fields.order_title ?? ''),
    // The codes of the double are those of Alipay.
    pay_type: isPaid ? '支付宝收款' : '',
    order_status: state,
    pay_time: isPaid && order.paidAt !== null ? formatTime(order.paidAt, utcOffsetMinutes) : '',
  }
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [names[name as keyof typeof data] ?? name, value]),
  )
}

async function issueToken(from: IssuedToken['from'], context: Context<Vvtool>) {
  const { now, random, updateSettings } = context
  const token = random('token').text(40, hexDigits)
  const issued: IssuedToken = { token, expiresAt: now + tokenLifeSeconds * 1000, from }
  await updateSettings(({ issuedTokens }) => ({
    issuedTokens: [issued, ...issuedTokens].slice(0, rules.tokensSideBySide.value),
  }))
  return {
    ...envelope(context),
    msg: errors.tokenIssued.message,
    data: {
      access_token: token,
      expires_in: tokenLifeSeconds,
      token_type: 'Bearer',
      scope: rules.tokenScope.value,
    },
  }
}
