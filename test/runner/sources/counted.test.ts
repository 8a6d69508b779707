// Whatever is in a capture is judged, or counted and listed.
import { expect, test } from 'vitest'
import { contracts } from '../../../contracts/index.ts'
import { createCheck } from '../../../src/runner/index.ts'
import { readItems, toEntry, toHar, toLine } from '../../harness/captures.ts'

async function reportOf(text: string) {
  const check = createCheck({ contracts })
  check.take(await readItems(text))
  return check.end({ title: 'it', version: '0' })
}

test('what matches nothing, and what cannot be read, is counted and listed with its place', async () => {
  const lines = [
    toLine({ request: { url: 'https://a.example/pay?token=secret' } }),
    toLine({ request: { url: 'https://a.example/pay?token=other' } }),
    toLine({ request: { url: 'https://openapi-hk.qfapi.com/trade/v1/query' } }),
    toLine({ request: { url: 'https://openapi-hk.qfapi.com/nothing' } }),
    'no JSON',
    '{}',
  ]
  const report = await reportOf(lines.join('\n'))
  expect(report.exchanges).toBe(4)
  expect(report.judged).toEqual([{ provider: 'qfpay', kind: 'operation', name: 'query', count: 1 }])
  expect(report.unmatched).toEqual({
    count: 3,
    list: [
      { request: 'POST https://a.example/pay', why: expect.stringMatching(/no provider/), count: 2 },
      {
        request: 'POST https://openapi-hk.qfapi.com/nothing',
        why: expect.stringMatching(/this path/),
        count: 1,
      },
    ],
  })
  expect(report.unreadable).toEqual({
    count: 2,
    list: [
      { place: { source: 'it', unit: 'line', number: 5 }, why: expect.stringMatching(/no JSON/) },
      { place: { source: 'it', unit: 'line', number: 6 }, why: expect.stringMatching(/request is missing/) },
    ],
  })
})

test('answers whose bodies were not captured are counted: nothing can be found in them', async () => {
  const entry = toEntry({
    request: { url: 'https://openapi-hk.qfapi.com/trade/v1/query' },
    response: { content: { size: 90, mimeType: 'application/json' } },
  })
  const { unverified, findings } = await reportOf(
    toHar([entry, entry, toEntry({ response: { content: { size: 9 } } })]),
  )
  expect(unverified).toContainEqual({
    provider: 'qfpay',
    why: 'the body of the answer was not captured',
    count: 2,
  })
  expect(findings.filter(({ part }) => part === 'response')).toEqual([])
})

test('a callback is found among other exchanges, by its fields', async () => {
  const payload = {
    notify_type: 'payment',
    syssn: '1',
    out_trade_no: 'a',
    pay_type: '800201',
    txdtm: '',
    txamt: '1',
    txcurrcd: 'HKD',
    respcd: '0000',
    sysdtm: '',
    paydtm: '',
    cancel: '0',
    cardcd: '',
    goods_name: '',
    status: '1',
  }
  const { judged } = await reportOf(
    `POST /hooks HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(payload)}\r\n\r\nHTTP/1.1 200 OK\r\n\r\nSUCCESS\r\n`,
  )
  expect(judged).toEqual([{ provider: 'qfpay', kind: 'callback', name: expect.any(String), count: 1 }])
})
