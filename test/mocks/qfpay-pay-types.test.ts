import { expect, test } from 'vitest'
import { ruleValue } from '../contracts/evidence.ts'
import { qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, row, set, signatureOf } from '../harness/qfpay.ts'

const table = Object.entries(ruleValue<Record<string, string>>('qfpay', 'rule.pay-types'))
const merchantPresented = table.filter(([, name]) => / MPM\b/.test(name)).map(([code]) => code)
const others = table.map(([code]) => code).filter(code => !merchantPresented.includes(code))
const regional = ruleValue<string[]>('qfpay', 'rule.pay-types-regional')
const withExpiredTime = ruleValue<string[]>('qfpay', 'rule.expired-time-pay-types')

describeDoors('qfpay pay types', open => {
  test('there are seven whose code the merchant shows', () => {
    expect(merchantPresented).toHaveLength(7)
  })

  test.each(merchantPresented)('%s is ordered, paid by its code and queried', async pay_type => {
    const door = await open()
    const { qrcode, syssn, ...answer } = (await qfpayPayment(door, { pay_type })).json()
    expect(answer).toMatchObject({ respcd: '0000', pay_type })
    await door.double.payer.scan(String(qrcode))
    expect(await row(door, { syssn: String(syssn) })).toMatchObject({ pay_type, respcd: '0000' })
  })

  test('each wallet has codes of its own look, and each order its own', async () => {
    const door = await open()
    const codes = new Map<string, string[]>()
    for (const pay_type of merchantPresented) {
      for (const n of [1, 2]) {
        const { qrcode } = (await qfpayPayment(door, { pay_type, out_trade_no: `${pay_type}-${n}` })).json()
        codes.set(pay_type, [...(codes.get(pay_type) ?? []), String(qrcode)])
      }
    }
    expect(codes.get('800201')?.[0]).toMatch(/^weixin:\/\//)
    expect(codes.get('800101')?.[0]).toMatch(/^https:\/\/qr\.alipay\.com\//)
    expect(codes.get('802001')?.[0]).toMatch(/^000201.*5303344.*54043\.005802HK.*6304[\dA-F]{4}$/)
    expect(new Set([...codes.values()].flat()).size).toBe(14)
  })

  test.each([...others, ...regional.slice(0, 3)])('%s is refused as not enabled', async pay_type => {
    const { respcd, respmsg } = ruleValue<Record<string, string>>('qfpay', 'rule.pay-type-not-enabled')
    expect((await qfpayPayment(await open(), { pay_type })).json()).toMatchObject({ respcd, respmsg })
  })

  test('an account has the pay types that it says', async () => {
    const door = await open()
    await set(door, { payTypes: ['800201'] })
    const refused = (await qfpayPayment(door, { pay_type: '805801' })).json()
    expect(refused).toMatchObject({ respcd: '1104', respmsg: 'filter error' })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
    await expect(set(door, { payTypes: ['800208'] })).rejects.toMatchObject({ code: 'badAccount' })
  })

  test.each(merchantPresented)('%s takes an expired_time exactly if the table says so', async pay_type => {
    const door = await open()
    const respcd = withExpiredTime.includes(pay_type) ? '0000' : '1104'
    expect((await qfpayPayment(door, { pay_type, expired_time: '5' })).json()).toMatchObject({ respcd })
    await set(door, { expiredTimeElsewhere: 'ignore' })
    const order = { pay_type, out_trade_no: 'ignored', expired_time: '5' }
    expect((await qfpayPayment(door, order)).json()).toMatchObject({ respcd: '0000' })
  })

  test('a code that takes no expired_time lives as long as the account says', async () => {
    const door = await open()
    const usual = await ordered(door, { pay_type: '805801' })
    await set(door, { otherExpiryMinutes: null })
    const forever = await ordered(door, { pay_type: '805801', out_trade_no: 'forever' })
    await door.double.clock.advance('30m')
    expect(await door.double.orders.get(usual)).toMatchObject({ status: 'expired' })
    await door.double.clock.advance('300d')
    expect(await door.double.orders.get(forever)).toMatchObject({ status: 'pending' })
  })

  test('pay_tag is for Alipay; elsewhere it leaves a finding', async () => {
    const door = await open()
    const alipay = { pay_type: '800101', pay_tag: 'ALIPAYCN' }
    expect((await qfpayPayment(door, alipay)).json()).toMatchObject({ respcd: '0000' })
    expect(lastExchange(door).findings).toEqual([])
    await qfpayPayment(door, { out_trade_no: 'b', pay_tag: 'ALIPAYCN' })
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'payTagElsewhere', pointer: '/pay_tag' }])
    expect((await qfpayPayment(door, { pay_tag: 'ALIPAY' })).json()).toMatchObject({ respcd: '1104' })
  })

  test('limit_pay and txzone are taken', async () => {
    const door = await open()
    const params = { limit_pay: 'no_credit', txzone: '+0000' }
    expect((await qfpayPayment(door, params)).json()).toMatchObject({ respcd: '0000' })
    expect(lastExchange(door).findings).toEqual([])
    expect((await qfpayPayment(door, { limit_pay: 'credit' })).json()).toMatchObject({ respcd: '1104' })
  })
})

describeDoors('qfpay rate limits', open => {
  const limits = ruleValue<Record<'perSecond' | 'perMinute' | 'httpStatus', number>>(
    'qfpay',
    'rule.rate-limit',
  )

  test('calls beyond 100 a second and 400 a minute answer 429, for each account by itself', async () => {
    const door = await open({ rateLimits: true })
    const statuses = async (calls: number) => {
      const found: number[] = []
      for (let n = 0; n < calls; n++) found.push((await qfpayQuery(door)).status)
      return found
    }
    for (let second = 0; second < limits.perMinute / limits.perSecond; second++) {
      expect(new Set(await statuses(limits.perSecond))).toEqual(new Set([200]))
      const over = await qfpayQuery(door)
      expect(over.status).toBe(limits.httpStatus)
      expect(over.json()).toEqual({ resperr: '网络有些拥堵，请稍后再试(1296)', respcd: '1296', respmsg: '' })
      expect(over.headers['x-qf-sign']).toBe(signatureOf(over.text))
      await door.double.clock.advance('1s')
    }
    expect(await statuses(1)).toEqual([limits.httpStatus])
    expect(lastExchange(door)).toMatchObject({ error: 'rateLimited', findings: [{ kind: 'rateLimit' }] })
    const options = { key: 'SECONDKEY', headers: { 'x-qf-appcode': 'SECOND' } }
    await door.double.accounts.put('qfpay', 'second', { appCode: 'SECOND', clientKey: 'SECONDKEY' })
    const other = (await door.double.accounts.get('qfpay', 'second'))?.credentials.mchid
    expect((await qfpayQuery(door, { mchid: String(other) }, options)).status).toBe(200)
    await door.double.clock.advance('56s')
    expect(await statuses(1)).toEqual([200])
  })

  test('an account can have another code in the body of a 429', async () => {
    const door = await open({ rateLimits: true })
    await set(door, { errorCodes: { rateLimited: '1250' } })
    for (let n = 0; n < limits.perSecond; n++) await qfpayQuery(door)
    expect((await qfpayQuery(door)).json()).toMatchObject({ respcd: '1250' })
  })
})
