import { vvtool } from '../../contracts/vvtool/contract.ts'
import { formatCompactTime } from '../../src/contract/codec/time.ts'
import { digits, hexDigits } from '../../src/double/random.ts'
import { defineSimulator, expiryOf } from '../../src/double/simulator.ts'

const { utcOffsetMinutes, rules, errors } = vvtool

export const vvtoolSimulator = defineSimulator(vvtool, {
  accounts: [
    {
      id: 'demo',
      accessToken: 'de300000000000000000000000000000000000c1',
      merchantNum: '100001',
    },
  ],

  inventCredentials: random => ({
    accessToken: random.text(40, hexDigits),
    merchantNum: `1${random.text(5, digits)}`,
  }),

  // The merchant's number is not among the keys: a repeated one makes another order.
  keysOf: () => ({}),

  operations: {
    async paymentQrCode(params, { account, now, random, ...context }) {
      if (!account.settings.supported) return context.fail('unsupported')
      if (!account.settings.permission) return context.fail('noPermission')
      if (params.merchant_num !== account.credentials.merchantNum) {
        return context.fail('wrongMerchant', {
          kind: 'merchantNumber',
          severity: 'breaking',
          pointer: '/merchant_num',
          message: 'The access token belongs to another merchant_num.',
        })
      }
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
        code: 0 as const,
        msg: errors.success.message,
        msec: context.elapsedMs(),
        time: Math.floor(now / 1000),
        data: { qrcode_url: created.order.qr, order_number: created.order.id, withholding_money: 0 },
      }
    },
  },
})
