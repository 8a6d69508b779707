import { expect, test } from 'vitest'
import { dms, its500, qfpay } from '../../contracts/index.ts'
import { explainSignature, toAutopsyText } from '../../src/signature/index.ts'
import { dmsAccount, its500Account } from '../harness/clients.ts'
import { bodyAutopsy, demo, entries, join, key, md5, notification, requestAutopsy, vector } from './signer.ts'

const { params: minimal } = vector('minimal')
const unsorted = requestAutopsy(minimal, md5(`${join(entries(minimal))}&key=${key}`))

test('a mismatch is told with rule, texts, mistakes and how to mend them', () => {
  expect(toAutopsyText(unsorted, { width: 90 })).toBe(`\
qfpay request, account demo: the signature does not match

  rule        MD5 of name=value of each parameter, sorted by name, joined by "&", followed
              directly by the key; as hex in upper or lower case
  to sign     mchid=ZaMVg12345&out_trade_no=01234567890123&pay_type=800201&txamt=10&txcurr
              cd=HKD&txdtm=2020-04-10 11:45:44TEST…0000
  expected    965FF9776D27DBAB886F7466DCD2762F
  received    ${unsorted.received}

What went wrong
  mistake     The client joined the parameters in the order in which they are sent,
              without sorting them.
  why         Both sides must join them in one order, and only sorting gives both the
              same.
  mend it     Sort the parameters by name, then join them.
  and         The client put something else between the text and the key (&key=).
  why         WeChat Pay and many others write &key= before the key; each provider has its
              own way.
  mend it     Put the key where the rule above says, and nothing more around it.
  was signed  txamt=10&txcurrcd=HKD&pay_type=800201&out_trade_no=01234567890123&txdtm=2020
              -04-10 11:45:44&mchid=ZaMVg12345&key=TEST…0000
  differs     from character 1 on
  right       mchid=ZaMVg12345&out_tra
  signed      txamt=10&txcurrcd=HKD&pa
              ^
`)
})

test.each([60, 80, 100, 200])('no line is wider than %i columns', width => {
  const [, ...lines] = toAutopsyText(unsorted, { width }).split('\n')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
})

test('the caret stands under the first difference, also behind Chinese characters', () => {
  const { params } = vector('chinese goods name, no mchid')
  const text = join(entries(params).sort(([a], [b]) => (a < b ? -1 : 1))).replace('txamt=300', 'txamt=3.00')
  const lines = toAutopsyText(requestAutopsy(params, md5(text + key)), { width: 200 }).split('\n')
  const caret = lines.findIndex(line => line.trim() === '^')
  const [right = '', signed = '', mark = ''] = lines.slice(caret - 2, caret + 1)
  const before = '  right       goods_name=测试商品&out_trade_no=T20260101-1&pay_type=800201&txamt=3'
  expect(right.startsWith(`${before}00&txcurrcd`)).toBe(true)
  expect(signed.startsWith(`${before.replace('right ', 'signed')}.00&txcurrcd`)).toBe(true)
  // Each of the four characters takes two columns.
  expect(mark).toBe(`${' '.repeat(before.length + 4)}^`)
})

test('what cannot be seen is shown as an escape', () => {
  const autopsy = requestAutopsy(minimal, md5(`${join(entries(minimal).sort())}${key}\n`))
  expect(toAutopsyText(autopsy)).toContain('TEST…0000\\n\n')
  expect(toAutopsyText(autopsy)).toMatch(/right .*TEST…0000\(ends here\)|right .*\(ends here\)/)
})

test('of a very long text the middle is left out', () => {
  const autopsy = requestAutopsy({ ...minimal, goods_name: 'x'.repeat(100_000) }, md5('x'))
  const text = toAutopsyText(autopsy, { width: 100 })
  expect(text.split('\n').length).toBeLessThan(40)
  expect(text).toContain('txdtm=2020-04-10 11:45:44TEST…0000')
})

test('colours are there when asked for, and change nothing else', () => {
  const plain = toAutopsyText(unsorted)
  const painted = toAutopsyText(unsorted, { color: true })
  expect(plain).not.toContain('\u001b')
  expect(painted).toContain('\u001b[31m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape itself is meant
  expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(plain)
})

test('of a callback the app is told whether it verifies, and what its own code did', () => {
  const { body, signature } = notification
  expect(toAutopsyText(bodyAutopsy(body, signature))).toMatch(
    /^qfpay callback, account demo: the signature is right\n[\s\S]*give the signature/,
  )
  const computed = md5(JSON.stringify(JSON.parse(body)) + key)
  expect(toAutopsyText(bodyAutopsy(body, signature, { computed }))).toMatch(
    /^qfpay callback, account demo: the signature is right, and not the one that was computed\n[\s\S]*Your code parsed the body/,
  )
})

test('of a provider that signs nothing the credential is named, and what is wrong with it', () => {
  const account = { id: 'demo', credentials: its500Account }
  const headers = { 'payment-key': its500Account.appKey, 'payment-secret': 'wrong' }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const wrong = explainSignature(its500, { headers: { ...form, ...headers }, body: 'price=1' }, { account })
  expect(wrong).toMatchObject({ verdict: 'unsigned', check: { ok: false } })
  expect(toAutopsyText(wrong)).toBe(`\
its500 request, account demo: nothing is signed here

  - Payment-Key: The AppKey.
  - Payment-Secret: The AppSecret.
  - This request is refused: The header Payment-Secret is not the AppSecret that belongs to this
    AppKey.
`)
})

test('of a provider without any credential just that is said', () => {
  const account = { id: 'demo', credentials: dmsAccount }
  const message = { headers: { 'content-type': 'application/json' }, body: '{"payer_id":"demo-payer"}' }
  expect(toAutopsyText(explainSignature(dms, message, { account }))).toMatch(
    /nothing is signed here\n[\s\S]*No credential is sent either: the account is named by payerId/,
  )
})

test('of a callback that nobody signs it is said that it proves nothing', () => {
  const account = { id: 'demo', credentials: its500Account }
  const message = { headers: {}, body: '{}' }
  const explanation = explainSignature(its500, message, { account, direction: 'callback' })
  expect(toAutopsyText(explanation)).toMatch(/carries no signature/)
})

test('a request that the provider could not read is an error that says why', () => {
  const message = { headers: { 'content-type': 'application/json' }, body: '{}' }
  expect(() => explainSignature(qfpay, message, { account: demo })).toThrow(
    /Failed to read the request: .*application\/x-www-form-urlencoded/,
  )
})
