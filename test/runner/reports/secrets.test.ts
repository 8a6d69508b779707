// No report shows a secret or a person, wherever in an exchange they stand.
import { expect, test } from 'vitest'
import { contracts } from '../../../contracts/index.ts'
import lines from '../../../contracts/lines.json' with { type: 'json' }
import { type CapturedExchange, type CheckAccount, createCheck } from '../../../src/runner/index.ts'
import {
  reportFormats,
  toAnnotations,
  toReportText,
  toTerminalText,
} from '../../../src/runner/reports/index.ts'
import { emptyReport } from './fixture.ts'

const secrets = {
  clientKey: '3ABB1BFFE8E0497BB9270978B0BXXXXX',
  otherKey: 'A1B2C3D4E5F60718293A4B5C6D7E8F90',
  appSecret: 'its500-secret-0123456789abcdef',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
  password: 'hunter2-is-long-enough',
  idCard: '11010519491231002X',
  name: '欧阳娜娜子',
  phone: '13800138000',
  card: '6222020200112233445',
  email: 'payer.person@example.com',
}

const accounts: CheckAccount[] = [
  {
    id: 'demo',
    provider: 'qfpay',
    credentials: { appCode: 'APPCODE1', clientKey: secrets.clientKey },
    settings: {},
  },
  {
    id: 'shop',
    provider: 'its500',
    credentials: { appKey: 'APPKEY1', appSecret: secrets.appSecret },
    settings: {},
  },
] as unknown as CheckAccount[]

const { clientKey, appSecret, token, password, idCard, name, phone, card, email } = secrets

const answer = {
  respcd: '0000',
  respmsg: `dear ${phone}, ${email}, id ${idCard}`,
  user_truename: name,
  cardcd: [card],
  access_token: { token },
  token,
  password,
  [phone]: 'a number as the name of a field',
  [clientKey]: 'a key as the name of a field',
  [`x${idCard}`.slice(1)]: { deep: idCard },
  syssn: 7,
  txamt: clientKey,
  pay_type: { key: clientKey },
  echo: `Bearer ${token}`,
}

const call = (number: number, own: Partial<CapturedExchange['request']>): CapturedExchange => ({
  place: { source: 'out.har', unit: 'entry', number },
  at: Date.parse('2026-11-22T10:00:00Z') + number * 1000,
  request: {
    method: 'POST',
    url: `https://openapi-hk.qfapi.com/trade/v1/payment?client_key=${clientKey}&phone=${phone}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': 'APPCODE1',
      'x-qf-sign': clientKey,
      authorization: `Bearer ${token}`,
      cookie: `session=${token}`,
    },
    body: new URLSearchParams({
      txamt: '3.00',
      txcurrcd: phone,
      pay_type: clientKey.slice(0, 6),
      out_trade_no: `order ${phone}`,
      txdtm: idCard,
      extend_info: JSON.stringify({ user_creid: idCard, user_truename: name, extra: email }),
      user_truename: name,
      [phone]: clientKey,
    }).toString(),
    ...own,
  },
  response: {
    status: 500,
    headers: { 'content-type': `text/html; token=${clientKey}`, 'x-qf-sign': clientKey },
    body: JSON.stringify(answer),
  },
})

const check = createCheck({ contracts, accounts })
check.take([
  call(1, {}),
  call(2, { body: `txamt=${clientKey}&out_trade_no=${phone}%20${idCard}&mchid=${email}` }),
  call(3, { method: 'GET', url: `https://unknown.example/${clientKey}/${phone}?token=${token}` }),
  call(4, {
    url: 'https://pay.example/createOrder',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appkey: 'APPKEY1', appsecret: appSecret, price: phone, name }),
  }),
  { ...call(5, {}), response: { status: 200, headers: {}, body: `<html>${clientKey} ${phone} ${email}` } },
  {
    place: { source: 'out.har', unit: 'entry', number: 6 },
    unreadable: `It ends within "${clientKey} ${phone}".`,
  },
])
const report = check.end({ title: 'capture out.har', version: '1.2.3' })

const texts = {
  terminal: toTerminalText(report, { width: 140 }),
  annotations: toAnnotations(report, { lines }),
  ...Object.fromEntries(reportFormats.map(format => [format, toReportText(format, report, { lines })])),
}

test('the report is not empty', () => {
  expect(report.findings.length).toBeGreaterThan(10)
  expect(report.findings.some(({ detail }) => detail !== undefined)).toBe(true)
  expect(report.unmatched.count).toBeGreaterThan(0)
  expect(report).not.toEqual(emptyReport)
})

test.each(Object.entries(texts))('%s shows no secret and no person', (_, text) => {
  // Whatever an escape or the end of a row did to them.
  const plain = text
    .replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)))
    .replace(/%([0-9A-F]{2})/g, (_all, code) => String.fromCharCode(Number.parseInt(code, 16)))
  const shown = Object.entries(secrets).filter(
    ([, secret]) => plain.includes(secret) || plain.replace(/\s|│/g, '').includes(secret),
  )
  expect(shown.map(([what]) => what)).toEqual([])
})
