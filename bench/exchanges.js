// Writes NDJSON of signed QFPay payments and their answers to standard output: `node exchanges.js 1000000`.
import { hash } from 'node:crypto'

const count = Number(process.argv[2] ?? 10_000)
const key = 'TESTKEY0000000000000000000000000'
const began = Date.parse('2026-11-01T00:00:00Z')
const batch = 500

const sign = text => hash('md5', text + key, 'hex').toUpperCase()

for (let i = 0; i < count; i += batch) {
  let lines = ''
  for (let n = i; n < Math.min(count, i + batch); n++) lines += `${line(n)}\n`
  if (!process.stdout.write(lines)) await new Promise(resolve => process.stdout.once('drain', resolve))
}

function line(n) {
  const number = `n${n}`
  const at = began + n * 10
  const canonical = `mchid=ZaMVg12345&out_trade_no=${number}&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-11-01 09:00:00`
  const body = JSON.stringify({
    sysdtm: '2026-11-01 09:00:00',
    paydtm: '2026-11-01 09:00:00',
    txcurrcd: 'HKD',
    respmsg: 'OK',
    qrcode: `weixin://wxpay/bizpayurl?pr=${number}`,
    pay_type: '800201',
    cardcd: '',
    udid: 'qiantai2',
    txdtm: '2026-11-01 09:00:00',
    txamt: '300',
    resperr: 'success',
    out_trade_no: number,
    syssn: `20261101${String(n).padStart(18, '0')}`,
    respcd: '0000',
    chnlsn: '',
  })
  return JSON.stringify({
    at,
    durationMs: 8,
    request: {
      method: 'POST',
      url: 'https://openapi-hk.qfapi.com/trade/v1/payment',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-qf-appcode': 'DEMO0APP0CODE0000000000000000001',
        'x-qf-sign': sign(canonical),
      },
      body: `txamt=300&txcurrcd=HKD&pay_type=800201&out_trade_no=${number}&txdtm=2026-11-01+09%3A00%3A00&mchid=ZaMVg12345`,
    },
    response: {
      status: 200,
      headers: { 'content-type': 'application/json; charset=UTF-8', 'x-qf-sign': sign(body) },
      body,
    },
  })
}
