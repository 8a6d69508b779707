// `paydouble check capture`, as a user runs it.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { toEntry, toHar, toLine } from '../harness/captures.ts'
import { bin, paydouble } from '../harness/cli.ts'

const url = 'https://openapi-hk.qfapi.com/trade/v1/query'
const answer = { respcd: '1143', resperr: 'order not found', respmsg: '' }
const headers = { 'Content-Type': 'application/json' }

/** A query to which the answer is a refusal of the error table. */
function line({ request, response }: { request?: object; response?: object } = {}): string {
  return toLine({
    request: {
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'mchid=a',
      ...request,
    },
    response: { headers, body: JSON.stringify(answer), ...response },
  })
}

/** A folder with files in it, which ends with the test. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'paydouble-capture-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

/** What the command finds, as a report for machines has it. */
async function check(args: readonly string[], options: Parameters<typeof paydouble>[1] = {}) {
  return paydouble(['check', 'capture', ...args], options)
}

test('several files in different formats are one check, in which numbers are known across files', async () => {
  const pay = {
    url: 'https://openapi-hk.qfapi.com/trade/v1/payment',
    body: 'txamt=100&txcurrcd=HKD&pay_type=800201&out_trade_no=T1&txdtm=2026-11-22%2010%3A00%3A00',
  }
  const made = (syssn: string) => ({
    body: JSON.stringify({ respcd: '0000', resperr: '', respmsg: '', syssn, out_trade_no: 'T1' }),
  })
  const entry = JSON.parse(line({ request: pay, response: made('2') }))
  const list = (object: object) => Object.entries(object).map(([name, value]) => ({ name, value }))
  const cwd = folder({
    'a.ndjson': `${line({ request: pay, response: made('1') })}\n`,
    'b.har': toHar([
      toEntry({
        request: { ...entry.request, headers: list(entry.request.headers), postData: { text: pay.body } },
        response: { headers: list(headers), content: { text: entry.response.body } },
      }),
    ]),
    'c.http': `POST ${url} HTTP/1.1\r\n\r\nmchid=a`,
  })
  const { code, stdout, stderr } = await check(['a.ndjson', 'b.har', 'c.http'], { cwd })
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(/3 exchanges/)
  expect(stdout).toMatch(/(order number was used before|duplicateOrderNumber)/)
})

test('- reads standard input', async () => {
  const { code, stdout, stderr } = await check(['-', '--fail-on', 'none'], {
    input: `${line()}\n${line()}\n`,
  })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/2 exchanges/)
})

test.each([
  [
    'an HTML page of a gateway',
    { body: '<html><body>Bad Gateway</body></html>', headers: { 'content-type': 'text/html' }, status: 502 },
    /HTML page, perhaps of a gateway/,
  ],
  ['JSON that is broken', { body: '{"respcd": "0000"' }, /is no JSON/],
  [
    'another encoding',
    {
      body: undefined,
      bodyBase64: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xb8, 0xb6, 0x22, 0x7d]).toString(
        'base64',
      ),
    },
    /not UTF-8/,
  ],
  [
    'a field that nobody knows, in gzip',
    {
      body: undefined,
      bodyBase64: gzipSync('{"respcd":"1143","resperr":"","respmsg":"","odd":1}').toString('base64'),
    },
    /no field "odd"/,
  ],
  [
    'a field that nobody knows, in brotli',
    {
      headers: { ...headers, 'content-encoding': 'br' },
      body: undefined,
      bodyBase64: brotliCompressSync('{"respcd":"1143","resperr":"","respmsg":"","odd":1}').toString(
        'base64',
      ),
    },
    /no field "odd"/,
  ],
])('a body that is %s is judged, and so is the rest', async (_, response, finding) => {
  const { code, stdout, stderr } = await check(['-'], { input: `${line({ response })}\n${line()}\n` })
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(finding)
  expect(stdout).toMatch(/2 exchanges/)
})

test('a body beside a HAR of Playwright is read; one of another folder is not', async () => {
  const entry = (file: string) =>
    toEntry({
      request: { url, headers: [], postData: { text: 'mchid=a' } },
      response: {
        content: { size: 1, _file: file },
        headers: [{ name: 'content-type', value: 'application/json' }],
      },
    })
  const cwd = folder({ 'body.json': '{"respcd":"1143","resperr":"","respmsg":"","odd":1}' })
  mkdirSync(join(cwd, 'har'))
  writeFileSync(join(cwd, 'own.har'), toHar([entry('body.json')]))
  writeFileSync(join(cwd, 'har', 'other.har'), toHar([entry('../body.json')]))
  expect((await check(['own.har'], { cwd })).stdout).toContain('"odd"')
  expect((await check(['har/other.har'], { cwd })).stdout).not.toContain('"odd"')
})

test('--provider and --host say whose exchanges they are', async () => {
  const input = line({ request: { url: 'http://127.0.0.1:9/own/v1/query' } })
  const judged = async (...args: string[]) =>
    (await check(['-', '--fail-on', 'none', ...args], { input })).stdout
  const unmatched = await judged()
  const other = line({ request: { url: 'https://pay.example:8443/trade/v1/query' } })
  expect(unmatched).not.toMatch(/qfpay\.query/)
  const { stdout } = await check(
    ['-', '--fail-on', 'none', '--host', 'https://pay.example:8443=qfpay', '--host', 'b=dms'],
    { input: other },
  )
  expect(stdout).toMatch(/qfpay\.query/)
  expect(
    (await check(['-', '--fail-on', 'none', '--host', 'pay.example=dms'], { input: other })).stdout,
  ).not.toMatch(/qfpay\.query/)
  expect((await check(['-', '--fail-on', 'none', '--provider', 'qfpay'], { input: other })).stdout).toMatch(
    /qfpay\.query/,
  )
})

test.each([
  [['nowhere.har'], /"nowhere\.har": there is no such file/],
  [['.'], /"\.": it is a folder; name the files in it/],
  [['README.md', 'nowhere.har'], /"nowhere\.har"/],
  [['-', '-'], /standard input: it can be given once only/],
  [['-', '--provider', 'paypal'], /provider "paypal": there is .*qfpay/],
  [['-', '--host', 'a=paypal'], /provider "paypal"/],
  [['-', '--host', 'paypal'], /--host "paypal": it is written as HOST=PROVIDER/],
  [[], /missing required argument/],
])('%j is a mistake of the caller, and nothing is judged', async (args, message) => {
  const { code, stdout, stderr } = await check(args, { input: line() })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
})

test('an interrupted check reports what it has found, and ends with 130', async () => {
  const child = spawn(process.execPath, [bin, 'check', 'capture', '-'], { stdio: 'pipe' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', data => {
    stdout += data
  })
  child.stderr.on('data', data => {
    stderr += data
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  // Standard input stays open. Once more than a pipe holds was taken, some of it was judged.
  const odd = line({ response: { body: '{"respcd":"1143","resperr":"","respmsg":"","odd":1}' } })
  await new Promise(resolve => child.stdin.write(`${odd}\n`.repeat(2000), resolve))
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(stdout).toContain('"odd"')
  expect(stderr).toMatch(/interrupted after \d+ exchanges/)
})

test('a capture that is large enough is judged by threads, and the report is that of one', async () => {
  const odd = line({ response: { body: '{"respcd":"1143","resperr":"","respmsg":"","odd":1}' } })
  const lines = Array.from({ length: 30_000 }, (_, i) => (i % 10_000 === 7_000 ? odd : line()))
  const text = `${lines.join('\n')}\n${'no JSON'}\n`.padEnd(17e6, ' ')
  const cwd = folder({ 'all.ndjson': text })
  const asJson = async (file: string, input?: string) => {
    const { stdout } = await check([file, '--report', 'json:-'], {
      cwd,
      ...(input !== undefined && { input }),
    })
    const report = JSON.parse(stdout)
    return JSON.stringify(report)
      .replaceAll('standard input', 'all.ndjson')
      .replaceAll('capture -', 'capture all.ndjson')
  }
  const whole = await asJson('all.ndjson')
  const { exchanges, findings } = JSON.parse(whole)
  expect(exchanges).toBe(30_000)
  const [unknown] = findings.filter(({ kind }: { kind: string }) => kind === 'unknownField')
  expect(unknown).toMatchObject({
    count: 3,
    first: { place: { number: 7001 } },
    last: { place: { number: 27_001 } },
  })
  expect(await asJson('-', text)).toBe(whole)
})
