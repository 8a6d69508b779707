// The mock servers that others use, answering the payment of the same contract. Each has it as easy as it can:
// constant answers without templates, no logs. None of them looks at signatures or remembers orders.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer, specification } from './paths.js'
import { startPeer } from './process.js'
import { paymentPath } from './qfpay.js'

const answer = JSON.stringify({
  sysdtm: '2026-01-01 09:00:00',
  paydtm: '2026-01-01 09:00:00',
  txcurrcd: 'HKD',
  respmsg: 'OK',
  qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
  pay_type: '800201',
  cardcd: '',
  udid: '',
  txdtm: '2026-01-01 09:00:00',
  txamt: '300',
  resperr: 'success',
  out_trade_no: 'n1',
  syssn: '20260101000300020086358791',
  respcd: '0000',
  chnlsn: '',
})

/** Each with the bar that it sets, and how it is started. */
export const peers = {
  Prism: {
    least: 15,
    command: 'prism',
    start: command => startPeer(port => [command, 'mock', '-p', String(port), '-v', 'silent', specification]),
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
        ...['--max-transaction-logs', '0'],
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
          ...['--no-request-journal', '--disable-request-logging', '--disable-banner'],
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
        body: answer,
        statusCode: 200,
        headers: [{ key: 'Content-Type', value: 'application/json' }],
        bodyType: 'INLINE',
        disableTemplating: true,
        default: true,
      },
    ],
  }
  return { name: 'QFPay', cors: false, routes: [route] }
}

function toWireMock() {
  return {
    request: { method: 'POST', urlPath: paymentPath },
    response: { status: 200, body: answer, headers: { 'content-type': 'application/json' } },
  }
}

function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
}
