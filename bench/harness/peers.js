// The mock servers that others use, answering the payment of the same contract as they come: with the journal that
// they keep, and, where a template is needed for it, with what was asked in the answer. None of them looks at
// signatures, remembers orders or refuses a number that was taken.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer, specification } from './paths.js'
import { startPeer } from './process.js'
import { paymentPath } from './qfpay.js'

/** @param field how a template says what a field of the request holds */
function toAnswer(field) {
  return JSON.stringify({
    sysdtm: '2026-01-01 09:00:00',
    paydtm: '2026-01-01 09:00:00',
    txcurrcd: field('txcurrcd'),
    respmsg: 'OK',
    qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
    pay_type: field('pay_type'),
    cardcd: '',
    udid: '',
    txdtm: field('txdtm'),
    txamt: field('txamt'),
    resperr: 'success',
    out_trade_no: field('out_trade_no'),
    syssn: '20260101000300020086358791',
    respcd: '0000',
    chnlsn: '',
  })
}

/** Each with the bar that it sets, and how it is started. */
export const peers = {
  Prism: {
    least: 15,
    command: 'prism',
    start: command => startPeer(port => [command, 'mock', '-p', String(port), specification]),
  },
  Mockoon: {
    least: 20,
    command: 'mockoon-cli',
    start: command => {
      const file = join(temporaryFolder(), 'mockoon.json')
      writeFileSync(file, JSON.stringify(toMockoon()))
      return startPeer(port => [
        command,
        ...['start', '--data', file, '--port', String(port), '--hostname', '127.0.0.1'],
        ...['--disable-log-to-file', '--disable-admin-api', '--disable-tls', '--repair'],
      ])
    },
  },
  WireMock: {
    least: 4,
    command: 'wiremock',
    start: command => {
      const folder = temporaryFolder()
      mkdirSync(join(folder, 'mappings'))
      writeFileSync(join(folder, 'mappings/payment.json'), JSON.stringify(toWireMock()))
      return startPeer(
        port => [
          command,
          ...['--port', String(port), '--bind-address', '127.0.0.1', '--root-dir', folder],
          // As many as paydouble keeps. It would keep all of them.
          ...['--max-request-journal-entries', '1000', '--disable-banner'],
        ],
        { path: '/__admin/health' },
      )
    },
  },
}

/** @returns how to start a peer, or undefined where it is not installed */
export function starterOf(name) {
  const command = peer(peers[name].command)
  return command && (() => peers[name].start(command))
}

function toMockoon() {
  const route = {
    type: 'http',
    method: 'post',
    endpoint: paymentPath.slice(1),
    responses: [
      {
        body: toAnswer(name => `{{body '${name}'}}`),
        statusCode: 200,
        headers: [{ key: 'Content-Type', value: 'application/json' }],
        bodyType: 'INLINE',
        default: true,
      },
    ],
  }
  return { name: 'QFPay', cors: false, routes: [route] }
}

function toWireMock() {
  const body = toAnswer(name => `{{form.${name}}}`)
  return {
    request: { method: 'POST', urlPath: paymentPath },
    response: {
      status: 200,
      body: `{{formData request.body 'form' urlDecode=true}}${body}`,
      headers: { 'content-type': 'application/json' },
      transformers: ['response-template'],
    },
  }
}

function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
}
