// `paydouble check live` as a user types it, with the double playing the sandbox.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jsQR from 'jsqr'
import { expect, onTestFinished, test } from 'vitest'
import { bin, type Ended, paydouble, type RunOptions, root, serve } from '../harness/cli.ts'
import { its500Account, qfpayAccount, vvtoolAccount } from '../harness/clients.ts'

/** Runs it against a double, in a folder of its own. */
function check(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return paydouble(['check', 'live', ...args], { cwd: folder(), ...options })
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'paydouble-live-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

async function double(...args: string[]): Promise<(provider: string) => string> {
  const { url } = await serve(['--port', '0', '--json', '--clock', 'manual', ...args])
  return provider => `${url}/${provider}`
}

const faults = (...list: readonly object[]) => ['--plan', JSON.stringify({ faults: list })]

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

test('a double that answers as the documents say ends with 0', async () => {
  const target = await double()
  for (const provider of ['qfpay', 'its500', 'dms']) {
    const { code, stderr } = await check([provider, '--target', target(provider), '--cost', 'unpaid'])
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^paydouble tries .*with cases up to unpaid/)])
    expect(stderr).toContain('Callbacks are not received.')
  }
  const few = ['zeroPrice', 'missingToken', 'token'].flatMap(name => ['--case', name])
  expect(await check(['vvtool', '--target', target('vvtool'), '--cost', 'unpaid', ...few])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/nothing found[\s\S]* 3 exchanges/),
  })
})

test('a double that drifts ends with 1 and names what differs', async () => {
  const answer = { set: { respmsg: 5, chnlsn: null } }
  const target = await double(...faults({ provider: 'qfpay', operation: 'payment', answer, times: 'always' }))
  const { code, stdout } = await check(['qfpay', '--target', target('qfpay'), '--cost', 'unpaid'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/\/respmsg +typeChanged\n/)
  expect(stdout).toMatch(/\/chnlsn +missingField\n/)
  expect(stdout).toMatch(/^✖ FAILED {2}2 breaking$/m)
})

test('another refusal than documented ends with 1, --fail-on none with 0', async () => {
  const target = await double(
    ...faults({ provider: 'qfpay', operation: 'close', error: '1254', times: 'always' }),
  )
  const args = ['qfpay', '--target', target('qfpay'), '--case', 'close', '--cost', 'unpaid']
  expect(await check(args)).toMatchObject({ code: 1 })
  expect(await check([...args, '--fail-on', 'none'])).toMatchObject({ code: 0 })
})

test('credentials come from the environment, and wrong ones end with 3', async () => {
  const target = await double()
  const env = {
    PAYDOUBLE_QFPAY_APP_CODE: qfpayAccount.appCode,
    PAYDOUBLE_QFPAY_CLIENT_KEY: 'WRONG0KEY0WRONG0KEY0WRONG0KEY000',
    PAYDOUBLE_QFPAY_MCHID: qfpayAccount.mchid,
  }
  const file = join(folder(), 'out.har')
  const refused = await check(['qfpay', '--target', target('qfpay'), '--record', file], { env })
  expect(refused).toMatchObject({ code: 3, stdout: '' })
  expect(refused.stderr).toContain('it does not take the credentials of the account "environment"')
  expect(refused.stderr).toContain('They come from the environment: PAYDOUBLE_QFPAY_APP_CODE')
  // What was sent until then is kept, without the key.
  const recorded = readFileSync(file, 'utf8')
  expect(JSON.parse(recorded).log.entries).toHaveLength(1)
  expect(recorded + refused.stderr).not.toContain('WRONG0KEY')
  const right = { ...env, PAYDOUBLE_QFPAY_CLIENT_KEY: qfpayAccount.clientKey }
  expect(await check(['qfpay', '--target', target('qfpay')], { env: right })).toMatchObject({ code: 0 })
})

test('credentials come from an account of the configuration', async () => {
  const target = await double()
  const cwd = folder()
  const accounts = {
    its500: [
      { id: 'wrong', appKey: '0123456789abcdef', appSecret: '0123456789abcdef0123456789abcdef' },
      { id: 'right', ...its500Account },
    ],
    vvtool: [{ id: 'half', accessToken: vvtoolAccount.accessToken, merchantNum: vvtoolAccount.merchantNum }],
  }
  writeFileSync(join(cwd, 'paydouble.config.json'), JSON.stringify({ accounts }))
  const its500 = ['its500', '--target', target('its500')]
  expect(await check([...its500, '--account', 'right'], { cwd })).toMatchObject({ code: 0 })
  const wrong = await check(its500, { cwd })
  expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('account "wrong"') })
  expect(wrong.stderr).toContain('They come from the configuration.')
  const none = await check([...its500, '--account', 'other'], { cwd })
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('there is wrong, right') })
  // What is not given is not invented: what needs it is skipped.
  // The first request is the one that tells whether the credentials are taken.
  const half = ['vvtool', '--target', target('vvtool'), '--case', 'zeroPrice', '--case', 'tokenWrongSecret']
  expect(await check(half, { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/nothing found[\s\S]* 2 exchanges/),
  })
})

test('settings come from the configuration, also where the credentials come from the environment', async () => {
  const cwd = folder()
  const errorCodes = { unknownReceiver: '2001' }
  const seed = { id: 'demo', payerId: 'demo-payer', receiverId: '100001', errorCodes }
  const served = join(cwd, 'served.json')
  writeFileSync(served, JSON.stringify({ accounts: { dms: [seed] } }))
  writeFileSync(
    join(cwd, 'paydouble.config.json'),
    JSON.stringify({ accounts: { dms: [{ id: 'mine', errorCodes }] } }),
  )
  const target = await double('--config', served)
  const env = { PAYDOUBLE_DMS_PAYER_ID: 'demo-payer', PAYDOUBLE_DMS_RECEIVER_ID: '100001' }
  const { code, stdout } = await check(['dms', '--target', target('dms')], { cwd, env })
  expect([code, stdout]).toEqual([0, expect.stringContaining('nothing found')])
})

test('a run whose account lacks what each case needs ends with 2', async () => {
  const env = { PAYDOUBLE_QFPAY_APP_CODE: 'half' }
  const ended = await check(['qfpay', '--target', 'http://127.0.0.1:1'], { env })
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('has no clientKey') })
})

test('the demo account is good for this machine alone', async () => {
  const ended = await check(['qfpay', '--target', 'https://sandbox.invalid/qfpay'])
  expect(ended.code).toBe(2)
  expect(ended.stderr).toContain('no credentials of qfpay are configured')
  expect(ended.stderr).toContain('PAYDOUBLE_QFPAY_CLIENT_KEY')
})

test('a target where nothing listens ends with 3', async () => {
  const server = createServer()
  const gone = await listen(server)
  await new Promise(resolve => server.close(resolve))
  const ended = await check(['dms', '--target', gone])
  expect(ended).toMatchObject({ code: 3, stdout: '' })
  expect(ended.stderr).toContain(`Failed to reach dms at ${gone}: nothing listens there.`)
})

test('a target that goes away on the way ends with 3, and reports what came before', async () => {
  const target = await double(
    ...faults({ provider: 'dms', network: { do: 'reset' }, skip: 1, times: 'always' }),
  )
  const ended = await check(['dms', '--target', target('dms')])
  // The probe, and what the double cannot even read: there no fault strikes.
  expect(ended).toMatchObject({ code: 3, stdout: expect.stringMatching(/nothing found[\s\S]* 2 exchanges/) })
})

test.each([
  [['nobody', '--target', 'http://127.0.0.1:1'], 'Failed to find the provider "nobody"'],
  [['dms'], "required option '--target <url>' not specified"],
  [['dms', '--target', 'ftp://127.0.0.1'], 'Failed to read --target: it is no URL'],
  [['dms', '--target', 'http://me:hidden@127.0.0.1'], 'it holds a user or a password'],
  [['dms', '--target', 'http://127.0.0.1:1', '--cost', 'all'], 'it is one of free, unpaid, paid'],
  [['dms', '--target', 'http://127.0.0.1:1', '--budget', '0'], 'Failed to read --budget "0"'],
  [['dms', '--target', 'http://127.0.0.1:1', '--wait', 'long'], 'Failed to read --wait "long"'],
  [
    ['dms', '--target', 'http://127.0.0.1:1', '--case', 'nothing'],
    'Failed to find the case "nothing" of dms',
  ],
  [['dms', '--target', 'http://127.0.0.1:1', '--case', 'order'], 'Add --cost unpaid'],
  [['dms', '--target', 'http://127.0.0.1:1', '--record', '/nowhere/x.har'], 'Failed to write the recording'],
])('%j is wrong use', async (args, message) => {
  const ended = await check(args)
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) })
  expect(ended.stderr).not.toContain('hidden')
})

test('a variable that holds no credential is refused, and the help names those that do', async () => {
  const env = { PAYDOUBLE_QFPAY_SECRET: 'x' }
  expect(await check(['qfpay', '--target', 'http://127.0.0.1:1'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no variable PAYDOUBLE_QFPAY_SECRET'),
  })
  const { stdout } = await check(['--help'])
  for (const name of ['QFPAY_CLIENT_KEY', 'ITS500_APP_SECRET', 'VVTOOL_ACCESS_TOKEN', 'DMS_PAYER_ID'])
    expect(stdout).toContain(`PAYDOUBLE_${name}`)
})

test('a paid case shows its code in the terminal, and goes on once it is paid', async () => {
  // The payer pays before the answer to the order is out, so that nobody waits.
  const target = await double(...faults({ provider: 'qfpay', pay: { at: 'once' }, times: 'always' }))
  const args = ['qfpay', '--target', target('qfpay'), '--cost', 'paid', '--case', 'refund']
  const { code, stderr, stdout } = await check(args)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/nothing found[\s\S]* 4 exchanges/)])
  const [, text] = /scan this and pay 2\.00 HKD\.\n(\S+)\n/.exec(stderr) ?? []
  expect(text).toMatch(/^weixin:/)
  expect(readCode(stderr)).toBe(text)
})

test('Ctrl-C ends with 130, after the report and the recording', async () => {
  let requests = 0
  const target = await listen(
    createServer((_, reply) => {
      requests++
      const body = '{"errCode":1002,"errMsg":"参数错误","data":[]}'
      // The second request is left without an answer.
      if (requests === 1) reply.writeHead(200, { 'content-type': 'application/json' }).end(body)
      else child.kill('SIGINT')
    }),
  )
  const file = join(folder(), 'out.har')
  const args = [bin, 'check', 'live', 'dms', '--target', target, '--record', file]
  const child = spawn(process.execPath, args, { cwd: root })
  let stdout = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  const [code] = await once(child, 'close')
  expect([code, requests]).toEqual([130, 2])
  expect(stdout).toContain('It was interrupted after 1 exchange.')
  expect(JSON.parse(readFileSync(file, 'utf8')).log.entries).toHaveLength(2)
})

/** Reads the QR code that is drawn in blocks, as a camera would. */
function readCode(text: string): string | undefined {
  const lines = text.split('\n').filter(line => /^[█▀▄ ]{20,}$/.test(line))
  const rows = lines.flatMap(line => [
    [...line].map(block => block === '█' || block === '▀'),
    [...line].map(block => block === '█' || block === '▄'),
  ])
  const scale = 4
  const width = (rows[0]?.length ?? 0) * scale
  const height = rows.length * scale
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isLight = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)]
      pixels.set(isLight ? [255, 255, 255, 255] : [0, 0, 0, 255], (y * width + x) * 4)
    }
  }
  return jsQR.default(pixels, width, height)?.data
}
