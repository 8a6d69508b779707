// The floor: a bare node:http handler that parses the form, hashes it and prints the same JSON.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const key = 'TESTKEY0000000000000000000000000'
const md5 = text => createHash('md5').update(text).digest('hex').toUpperCase()

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const params = new URLSearchParams(Buffer.concat(chunks).toString())
    const canonical = [...params]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    const signed = md5(canonical + key) === request.headers['x-qf-sign']
    const body = JSON.stringify({
      sysdtm: '2026-01-01 09:00:00',
      paydtm: '2026-01-01 09:00:00',
      txcurrcd: params.get('txcurrcd'),
      respmsg: 'OK',
      qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
      pay_type: params.get('pay_type'),
      cardcd: '',
      udid: '',
      txdtm: params.get('txdtm'),
      txamt: params.get('txamt'),
      resperr: 'success',
      out_trade_no: params.get('out_trade_no'),
      syssn: '20260101000300020086358791',
      respcd: signed ? '0000' : '1108',
      chnlsn: '',
    })
    response.writeHead(200, {
      'content-type': 'application/json; charset=UTF-8',
      'x-qf-sign': md5(body + key),
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`)
})
