// What every check does at its end, as it is typed: reports, baseline, exit codes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isColored } from '../../src/cli/check-output.ts'
import type { Baseline } from '../../src/runner/index.ts'
import { jsonReportSchema } from '../../src/runner/reports/index.ts'
import { paydouble, type RunOptions } from '../harness/cli.ts'

const right = {
  sysdtm: '2026-11-22 11:45:44',
  paydtm: '2026-11-22 11:45:44',
  txcurrcd: 'HKD',
  respmsg: 'OK',
  qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
  pay_type: '800201',
  cardcd: '',
  udid: '',
  txdtm: '2026-11-22 11:45:44',
  txamt: '300',
  resperr: 'success',
  syssn: '20261122000300020086358791',
  respcd: '0000',
  chnlsn: '',
}

/** A capture in which each answer lacks its signature, and one is as it is given. */
function capture(...answers: readonly object[]): string {
  return answers
    .map((answer, i) => {
      const number = `order${i}`
      const body = `txamt=300&txcurrcd=HKD&pay_type=800201&out_trade_no=${number}&txdtm=2026-11-22+11%3A45%3A44`
      return JSON.stringify({
        request: {
          method: 'POST',
          url: 'https://openapi-hk.qfapi.com/trade/v1/payment',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body,
        },
        response: {
          status: 200,
          headers: { 'content-type': 'application/json', 'x-qf-sign': '0'.repeat(32) },
          body: JSON.stringify({ ...right, out_trade_no: number, ...answer }),
        },
      })
    })
    .map(line => `${line}\n`)
    .join('')
}

const breaking = { syssn: undefined }
const additive = { extra: 1 }
/** Of a check of `capture(breaking)`, besides what the client does wrong in it. */
const missing = 'qfpay.payment response missingField /syssn'

function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), 'paydouble-check-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text)
  return made
}

const check = (cwd: string, args: readonly string[], options: RunOptions = {}) =>
  paydouble(['check', 'capture', 'c.ndjson', ...args], { cwd, ...options })

const read = (cwd: string, file: string) => readFileSync(join(cwd, file), 'utf8')

/** Accepts what each capture here has: it names no account. */
async function accepting(cwd: string): Promise<string> {
  writeFileSync(join(cwd, 'rest.ndjson'), capture({}))
  const made = await paydouble(
    [
      'check',
      'capture',
      'rest.ndjson',
      '--baseline',
      'b.json',
      '--update-baseline',
      '--reason',
      'no account',
    ],
    { cwd },
  )
  expect([made.code, made.stderr]).toEqual([0, ''])
  return 'b.json'
}

test('the exit code says what came of it', async () => {
  const cwd = folder({ 'c.ndjson': capture({}) })
  const baseline = ['--baseline', await accepting(cwd)]
  expect((await check(cwd, baseline)).code).toBe(0)
  writeFileSync(join(cwd, 'c.ndjson'), capture(additive))
  expect((await check(cwd, baseline)).code).toBe(1)
  expect((await check(cwd, [...baseline, '--fail-on', 'breaking'])).code).toBe(0)
  writeFileSync(join(cwd, 'c.ndjson'), capture(breaking))
  expect((await check(cwd, [...baseline, '--fail-on', 'breaking'])).code).toBe(1)
  expect((await check(cwd, [...baseline, '--fail-on', 'none'])).code).toBe(0)
})

test.each([
  ['an empty file', ''],
  [
    'nothing that is of a provider',
    '{"request":{"method":"GET","url":"https://example.com/","headers":{},"body":""}}\n',
  ],
  ['nothing that can be read', 'x\n'],
])('%s is no success', async (_, text) => {
  const { code, stdout } = await check(folder({ 'c.ndjson': text }), ['--fail-on', 'none'])
  expect([code, stdout]).toEqual([2, expect.stringMatching(/^✖ NOTHING JUDGED.*Nothing was judged: /s)])
})

test('--report writes each report into its file, and folders that are missing', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  const reports = [
    '--report',
    'junit:out/j.xml,sarif:out/s.sarif',
    '--report',
    'html:r.html,json:r.json,md:r.md',
  ]
  const { code, stdout, stderr } = await check(cwd, reports)
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout).toMatch(/^✖ FAILED/)
  expect(read(cwd, 'out/j.xml')).toMatch(/^<\?xml/)
  expect(
    JSON.parse(read(cwd, 'out/s.sarif')).runs[0].results[0].locations[0].physicalLocation.region,
  ).toEqual({
    startLine: expect.any(Number),
  })
  expect(read(cwd, 'r.html')).toMatch(/^<!doctype html>/)
  expect(read(cwd, 'r.md')).toMatch(/^### ❌ Failed/)
  const { findings, verdict } = jsonReportSchema.parse(JSON.parse(read(cwd, 'r.json')))
  expect(findings.map(({ id }) => id)).toContain(missing)
  expect(verdict.exitCode).toBe(1)
})

test('a report on standard output is alone there', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  const { stdout, stderr } = await check(cwd, ['--report', 'json:-'])
  expect(jsonReportSchema.parse(JSON.parse(stdout)).findings.length).toBeGreaterThan(0)
  expect(stderr).toMatch(/^✖ FAILED/)
})

test('github annotates, and appends all to the summary of the step', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`new_${i}`, '::error::x\n::error::y']),
  )
  const cwd = folder({ 'c.ndjson': capture({ ...breaking, ...many }), 'summary.md': 'before\n' })
  const summary = join(cwd, 'summary.md')
  const { stdout } = await check(cwd, ['--report', 'github'], { env: { GITHUB_STEP_SUMMARY: summary } })
  const lines = stdout.split('\n')
  const token = /^::stop-commands::([\w-]{36})$/.exec(lines[0] ?? '')?.[1]
  const end = lines.indexOf(`::${token}::`)
  expect(end).toBeGreaterThan(10)
  const annotations = lines.slice(end + 1).filter(line => line !== '')
  expect(annotations).toHaveLength(10)
  expect(annotations[0]).toMatch(/^::error file=contracts\/qfpay\/\w+\.ts,line=\d+,title=/)
  expect(read(cwd, 'summary.md')).toMatch(/^before\n### ❌ Failed/)
  expect(read(cwd, 'summary.md').match(/new_\d+<\/code>/g)).toHaveLength(30)
})

test('a summary keeps to 1 MiB, with what is in it already', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking), 'summary.md': 'x'.repeat(1024 * 1024 - 700) })
  const summary = join(cwd, 'summary.md')
  await check(cwd, ['--report', 'github'], { env: { GITHUB_STEP_SUMMARY: summary } })
  expect(read(cwd, 'summary.md').length).toBeLessThanOrEqual(1024 * 1024)
  expect(read(cwd, 'summary.md')).toContain('of this report left out')
})

test('a report that cannot be written is said, and the others are written', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking), file: '' })
  const { code, stdout, stderr } = await check(cwd, ['--report', 'md:file/x.md,json:r.json'])
  expect(code).toBe(2)
  expect(stdout).toMatch(/^✖ FAILED/)
  expect(stderr).toMatch(/^paydouble: Failed to write "file\/x.md": /)
  expect(readdirSync(cwd)).toContain('r.json')
})

test('--update-baseline accepts what was found; later only what is new fails', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  const update = [
    '--baseline',
    'b.json',
    '--update-baseline',
    '--reason',
    'ticket 7',
    '--expires',
    '2099-12-31',
  ]
  const updated = await check(cwd, update)
  expect([updated.code, updated.stderr]).toEqual([0, ''])
  const { accepted }: Baseline = JSON.parse(read(cwd, 'b.json'))
  expect(accepted).toContainEqual({ id: missing, reason: 'ticket 7', expires: '2099-12-31' })
  expect((await check(cwd, ['--baseline', 'b.json'])).code).toBe(0)
  writeFileSync(join(cwd, 'c.ndjson'), capture(breaking, additive))
  const { code, stdout } = await check(cwd, ['--baseline', 'b.json'])
  expect(code).toBe(1)
  expect(stdout).toContain('until 2099-12-31: ticket 7')
  expect(stdout).toMatch(/^✖ FAILED {2}1 additive, /)
})

test('an acceptance that is over counts again, and is said so', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  const accepted = [{ id: missing, reason: 'mended soon', expires: '2020-01-01' }]
  writeFileSync(join(cwd, 'b.json'), JSON.stringify({ version: 1, accepted }))
  const { code, stdout } = await check(cwd, ['--baseline', 'b.json'])
  expect(code).toBe(1)
  expect(stdout).toContain('1 entry: it counts again')
  expect(stdout).toContain(`${missing} (until 2020-01-01:`)
})

test('what is accepted and not found is listed, and goes with the next update', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  const baseline = ['--baseline', 'b.json']
  const update = [...baseline, '--update-baseline', '--reason', 'known']
  await check(cwd, update)
  writeFileSync(join(cwd, 'c.ndjson'), capture({}))
  const { code, stdout } = await check(cwd, baseline)
  expect(code).toBe(0)
  expect(stdout).toContain('1 entry: no longer needed')
  await check(cwd, update)
  expect(read(cwd, 'b.json')).not.toContain(missing)
})

test('a check that judged nothing leaves the baseline as it is', async () => {
  const text = JSON.stringify({ version: 1, accepted: [{ id: missing, reason: 'r', expires: '2099-01-01' }] })
  const cwd = folder({ 'c.ndjson': '', 'b.json': text })
  const { code, stderr } = await check(cwd, ['--baseline', 'b.json', '--update-baseline', '--reason', 'x'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('was left as it is')])
  expect(read(cwd, 'b.json')).toBe(text)
})

test.each([
  [['--report', 'pdf:x'], 'there is no report "pdf"; there are junit, sarif, html, json, md and github'],
  [['--report', 'junit'], 'name the file, as junit:FILE'],
  [['--report', 'github:x'], 'github takes no file'],
  [['--report', 'json:-,md:-'], 'two reports go to standard output'],
  [['--report', 'json:x', '--report', 'md:x'], 'two reports go to x'],
  [['--report', 'github,github'], 'github is named twice'],
  [['--fail-on', 'everything'], 'it is breaking, additive, none'],
  [['--update-baseline', '--reason', 'x'], 'it needs --baseline FILE'],
  [['--baseline', 'b.json', '--update-baseline'], 'it needs --reason TEXT'],
  [['--baseline', 'b.json', '--update-baseline', '--reason', ' '], 'it needs --reason TEXT'],
  [['--baseline', 'b.json', '--reason', 'x'], 'it goes with --update-baseline'],
  [['--expires', '90d'], 'it goes with --update-baseline'],
  [['--expires', 'soon'], 'it is a day such as'],
  [['--expires', '2026-02-30'], 'it is a day such as'],
  [['--expires', '2020-01-01'], 'that day is over'],
  [['--baseline', 'none.json'], 'there is no such file; --update-baseline writes one'],
  [['--baseline', 'bad.json'], 'Failed to read the baseline "bad.json": it is no JSON'],
])('%j is refused before anything is judged', async (args, why) => {
  const cwd = folder({ 'c.ndjson': capture({}), 'bad.json': '{' })
  const { code, stdout, stderr } = await check(cwd, args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^paydouble: Failed to /)
  expect(stderr).toContain(why)
})

const terminal = { isTTY: true }

test.each<[string, { isTTY?: boolean }, Record<string, string>, boolean]>([
  ['a terminal', terminal, {}, true],
  ['a file', {}, {}, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['CI', terminal, { CI: 'true' }, false],
  ['CI that is off', terminal, { CI: 'false' }, true],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ['FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR in CI', {}, { FORCE_COLOR: '1', CI: 'true' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
])('%s: colour is for people', (_, stream, env, expected) => {
  expect(isColored(stream, env)).toBe(expected)
})

test('the command goes by that', async () => {
  const cwd = folder({ 'c.ndjson': capture(breaking) })
  expect((await check(cwd, [])).stdout).not.toContain('\u001b')
  expect((await check(cwd, [], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[31m')
})
