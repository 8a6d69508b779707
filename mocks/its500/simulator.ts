import { callbackPayTypes } from '../../contracts/its500/callback.ts'
import { its500 } from '../../contracts/its500/contract.ts'
import { cashierPages, spacedKeys } from '../../contracts/its500/create-order.ts'
import { type PayType, payTypes } from '../../contracts/its500/fields.ts'
import { randomCodeTypes } from '../../contracts/its500/random-code.ts'
import { toFen, toYuan } from '../../src/contract/codec/money.ts'
import { hexDigits, type RandomStream } from '../../src/double/random.ts'
import { defineSimulator, expiryOf, type OrderDraft, toPage } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { toCashierPage } from './cashier-page.ts'
import { drawDiscounts } from './discount.ts'

/** What the callback and the payer need to know of an order. */
interface Fields {
  price: string
  originalprice: string
  name: string
  reurl: string
  thirduid: string
  other: string
  remarks: string
  /** The pay types by which the order can be paid. */
  payTypes: PayType[]
  /** The address that the order asked for; empty for the account's default one. */
  callbackUrl: string
}

export const its500Simulator = defineSimulator(its500, {
  accounts: [
    {
      id: 'demo',
      appKey: 'de30000000000500',
      appSecret: 'de300000000000000000000000000500',
      callbackUrls: ['http://127.0.0.1:8080/its500/callback'],
    },
  ],

  inventCredentials: random => ({
    appKey: random.text(16, hexDigits),
    appSecret: random.text(32, hexDigits),
  }),

  // The amount is what tells open orders apart, for each pay type by itself.
  keysOf(order) {
    if (order.status !== 'pending') return {}
    return Object.fromEntries(fieldsOf(order).payTypes.map(type => [amountKind(type), String(order.amount)]))
  },

  codesOf(order) {
    const codes: Record<string, PayType> = {}
    for (const type of fieldsOf(order).payTypes) {
      const { qrcode, ...own } = receivingCodes(order.account, [type])
      for (const text of Object.values(own)) codes[text] = type
      if (type === 'ali') codes[qrcode] = codes[amountCode(order).zfbuseridcode] = type
    }
    return codes
  },

  async matchPayment({ account, order, amount, channel }, { findOrder }) {
    const types = channel === undefined ? fieldsOf(order).payTypes : [channel as PayType]
    for (const type of types) {
      const match = await findOrder(account, amountKind(type), String(amount))
      if (match) return match
    }
    return undefined
  },

  callbacksOf(order, settings, channel) {
    const {
      payTypes: types,
      callbackUrl,
      price,
      originalprice,
      name,
      reurl,
      thirduid,
      other,
      remarks,
    } = fieldsOf(order)
    const url = callbackUrl || settings.callbackUrls[0]
    if (url === undefined) return []
    const paytype = callbackPayTypes[(channel as PayType | undefined) ?? types[0] ?? 'wx']
    const texts = { price, originalprice, name, reurl, thirduid, paytype, remarks }
    return [
      {
        callback: 'paid',
        url,
        payload: { code: 10001, msg: '回调成功', other, orderId: order.id, ...texts },
      },
    ]
  },

  operations: {
    async createOrder(params, { account, now, random, ...context }) {
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
          codeFinding(
            '/other',
            'The page would have no code to show: see the account setting uploadedCodes.',
          ),
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
        if (shown) return toPage(cashierPageOf(created.order, shown, now))
        return answer(created.order, { ...codes, ...amountCode(created.order) }, settings.spacedKeys)
      }
      return context.fail('amountsExhausted', {
        kind: 'amountsExhausted',
        severity: 'breaking',
        pointer: '/price',
        message: `All 99 amounts below ${params.price} yuan are taken by open orders of this account and pay type. Let some be paid or expire.`,
      })
    },

    async onlinePayFindResult({ orderId }, context) {
      const found = await context.findOrder(orderId)
      if (!found) return context.fail('orderUnknown')
      const { status } = context.show(found)
      if (status === 'expired') return context.fail('orderExpired')
      if (status !== 'paid') return context.fail('orderWaiting')
      return { msg: its500.errors.paid.message, code: '10001' as const, state: '0' }
    },

    async randomCode({ type }, { account, fail }) {
      const payType = randomCodeTypes[type]
      const field = codeOf(payType)
      const { qrcode, ...codes } = receivingCodes(account.id, account.settings.uploadedCodes)
      const code = codes[field]
      if (code === undefined)
        return fail('noReceivingCode', codeFinding('/type', 'See the account setting uploadedCodes.'))
      return {
        msg: its500.errors.codeFound.message,
        code: '10001' as const,
        onecode: code,
        codetype: field,
        qrcode: payType === 'ali' ? qrcode : '',
        listcode: JSON.stringify([code]),
      }
    },
  },
})

/** Without a pay type the payer may take any, so the amount must be free in all of them. */
function payTypesOf(type: PayType | undefined): PayType[] {
  return type ? [type] : [...payTypes]
}

function cashierPageOf(order: Order, payType: 'wx' | 'ali', now: number): string {
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

/** Addresses of the merchant's own codes; they are the same for all orders of an account. */
function receivingCodes(
  account: string,
  uploaded: readonly PayType[],
): Record<string, string> & { qrcode: string } {
  const transfer = encodeURIComponent(`https://qr.alipay.com/fkx${account}`)
  const codes: Record<string, string> & { qrcode: string } = {
    qrcode: `alipayqr://platformapi/startapp?saId=10000007&qrcode=${transfer}`,
  }
  for (const type of uploaded) codes[codeOf(type)] = `http://codes.its500.example/${account}/${type}`
  return codes
}

/** The Alipay code that has the amount in it. */
function amountCode({ account, amount }: Order): { zfbuseridcode: string } {
  return {
    zfbuseridcode: `https://codes.its500.example/common/zfbuserid?zfbuserid=${account}&price=${toYuan(amount)}`,
  }
}

const codeFields = { wx: 'wxcode', ali: 'zfbcode', QQ: 'qqcode' } as const

function codeOf<T extends PayType>(type: T): (typeof codeFields)[T] {
  return codeFields[type]
}

function amountKind(type: PayType): string {
  return `amount-${type}`
}

function fieldsOf(order: Order): Fields {
  return { payTypes: [...payTypes], ...order.fields } as Fields
}

function codeFinding(pointer: string, message: string) {
  return { kind: 'noReceivingCode', severity: 'breaking', pointer, message } as const
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
