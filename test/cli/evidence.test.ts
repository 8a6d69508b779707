// `paydouble evidence`, `check capture --fake`, and the commands that read what was added. They run the built command.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Observations } from '../../src/contract/index.ts'
import type { CapturedExchange } from '../../src/runner/index.ts'
import { paydouble as run } from '../harness/cli.ts'
import { qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { openRecorded, type RecordedDoor } from '../harness/recorded.ts'

const usual = 'paydouble.evidence.json'
let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'paydouble-evidence-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
})

const paydouble = (...args: string[]) => run(args, { cwd })

describe('evidence add', () => {
  test('counts what a capture shows, keeps it in the usual file, and says so', async () => {
    await capture('one.ndjson', async door => {
      await qfpayPayment(door)
      await qfpayQuery(door, { out_trade_no: 'order1' })
    })
    const { code, stdout } = await paydouble('evidence', 'add', 'one.ndjson')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^one\.ndjson: 2 exchanges counted\nqfpay: (\d+) facts seen, \1 of them for the first time\nWritten to paydouble\.evidence\.json\.\n$/,
      ),
    })
    const { captures, providers } = written()
    expect(captures).toEqual([
      { digest: expect.stringMatching(/^[0-9a-f]{64}$/), file: 'one.ndjson', exchanges: 2 },
    ])
    expect(providers.qfpay?.facts['operations.query']).toEqual({
      count: 1,
      first: '2026-01-01',
      last: '2026-01-01',
    })
    expect(readdirSync(cwd).sort()).toEqual(['one.ndjson', usual])
  })

  test('counts no capture twice, whatever it is called, and adds others up', async () => {
    await capture('one.ndjson', async door => void (await qfpayPayment(door)))
    writeFileSync(join(cwd, 'copy.ndjson'), readFileSync(join(cwd, 'one.ndjson')))
    await capture('two.ndjson', async door => void (await qfpayPayment(door, { out_trade_no: 'order2' })))
    const first = await paydouble('evidence', 'add', 'one.ndjson', 'copy.ndjson')
    expect(first.stdout).toContain('copy.ndjson: skipped, because it was added before, as one.ndjson.\n')
    const before = readFileSync(join(cwd, usual), 'utf8')
    const again = await paydouble('evidence', 'add', 'one.ndjson')
    expect(again.stdout).toBe('one.ndjson: skipped, because it was added before.\n')
    expect(readFileSync(join(cwd, usual), 'utf8')).toBe(before)
    await paydouble('evidence', 'add', 'two.ndjson')
    expect(written().providers.qfpay?.facts['operations.payment']?.count).toBe(2)
    expect(written().captures).toHaveLength(2)
  })

  test('shows contradictions, and no secret and no person', async () => {
    await capture(
      'one.ndjson',
      async door => void (await qfpayPayment(door)),
      body => body.replace('"txcurrcd": "HKD"', '"txcurrcd": "13812345678"'),
    )
    const { stdout } = await paydouble('evidence', 'add', 'one.ndjson', '--to', 'other.json')
    expect(stdout).toContain(
      '  contradicted  operations.payment.response.txcurrcd  wrongLength: expected exactly 3 characters',
    )
    const text = readFileSync(join(cwd, 'other.json'), 'utf8')
    expect(`${stdout}${text}`).not.toMatch(/13812345678|TESTKEY|DEMO0APP|order1|weixin:/)
  })

  test('leaves out what is with a double or has no day, and says what to do', async () => {
    await capture('local.ndjson', async door => void (await qfpayPayment(door)))
    const text = readFileSync(join(cwd, 'local.ndjson'), 'utf8')
    writeFileSync(
      join(cwd, 'local.ndjson'),
      text.replace('https://openapi-hk.qfapi.com', 'http://localhost:4020/qfpay'),
    )
    writeFileSync(join(cwd, 'undated.ndjson'), text.replace(/,"at":\d+/, ''))
    const { code, stdout } = await paydouble('evidence', 'add', 'local.ndjson', 'undated.ndjson')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: [
        'local.ndjson: 0 exchanges counted',
        '  not counted: 1 are with this machine, and so with a double and no provider; if they went through a proxy, say --local',
        'undated.ndjson: 0 exchanges counted',
        '  not counted: 1 have no time: say of which day they are, with --date',
        '',
      ].join('\n'),
    })
    expect(readdirSync(cwd)).not.toContain(usual)
    await paydouble('evidence', 'add', 'undated.ndjson', '--date', '2025-12-24')
    expect(written().providers.qfpay?.facts['operations.payment']?.last).toBe('2025-12-24')
  })

  test('reads standard input', async () => {
    await capture('one.ndjson', async door => void (await qfpayPayment(door)))
    const input = readFileSync(join(cwd, 'one.ndjson'))
    const { stdout } = await run(['evidence', 'add', '-'], { cwd, input })
    expect(stdout).toContain('1 exchange counted')
    expect(written().captures[0]?.file).toBe('standard input')
  })

  test.each([
    { args: ['nothing.har'], says: 'Failed to read "nothing.har": there is no such file.' },
    {
      args: ['one.ndjson', '--to', 'broken.json'],
      says: 'Failed to read the observations in "broken.json": it is no JSON',
    },
    { args: ['one.ndjson', '--to', 'other.json'], says: 'Failed to read the observations in "other.json": ' },
    {
      args: ['one.ndjson', '--to', 'no/such/folder.json'],
      says: 'Failed to write "no/such/folder.json"',
      code: 1,
    },
    {
      args: ['one.ndjson', '--date', 'yesterday'],
      says: 'Failed to read --date "yesterday": give a day as YYYY-MM-DD.',
    },
    { args: ['one.ndjson', '--provider', 'nobody'], says: 'Failed to find the provider "nobody"' },
  ])('says what is wrong with $args', async ({ args, says, code = 2 }) => {
    await capture('one.ndjson', async door => void (await qfpayPayment(door)))
    writeFileSync(join(cwd, 'broken.json'), '{')
    writeFileSync(join(cwd, 'other.json'), '{"version":1,"captures":[],"providers":[]}')
    const ended = await paydouble('evidence', 'add', ...args)
    expect(ended.stderr).toContain(says)
    expect(ended.stderr).not.toContain('\n    at ')
    expect(ended.code).toBe(code)
    expect(readdirSync(cwd)).not.toContain(usual)
  })
})

describe('evidence list', () => {
  test('says what was confirmed, contradicted, and never seen', async () => {
    await capture(
      'one.ndjson',
      async door => void (await qfpayPayment(door)),
      body => body.replace('"txcurrcd": "HKD"', '"txcurrcd": null'),
    )
    await paydouble('evidence', 'add', 'one.ndjson')
    const { stdout } = await paydouble('evidence', 'list', 'qfpay')
    expect(stdout).toMatch(
      /^From 1 capture\.\n\nqfpay: of \d+ facts that traffic can show \d+ are confirmed, 1 contradicted, \d+ never seen\n/,
    )
    expect(stdout).toMatch(
      / {2}confirmed {5}operations\.payment\.response\.syssn +1 time, 2026-01-01 \(documented\)\n/,
    )
    expect(stdout).toContain('  contradicted  operations.payment.response.txcurrcd  unexpectedNull')
    expect(stdout).toMatch(/ {2}never seen {4}operations: query with all its \d+ facts, refund with all/)
    expect(stdout).toContain('  never seen    operations.payment.headers: x-qf-signtype\n')
    expect(stdout).toMatch(/ {2}never seen {4}operations\.payment\.request: expired_time, goods_name, /)
    expect(stdout).not.toContain('account.settings')
    const listed = JSON.parse((await paydouble('evidence', 'list', 'qfpay', '--json')).stdout)
    const [{ facts, confirmed, contradicted, neverSeen }] = listed
    expect(confirmed.length + contradicted.length + neverSeen.length).toBe(facts)
  })

  test('says that nothing was added yet', async () => {
    const { code, stdout } = await paydouble('evidence', 'list')
    expect(code).toBe(0)
    expect(stdout).toContain('No capture was added yet.\n')
    expect(stdout).toMatch(/dms: of \d+ facts that traffic can show 0 are confirmed/)
  })
})

describe('what was added', () => {
  test('is in the OpenAPI documents', async () => {
    await capture('one.ndjson', async door => void (await qfpayPayment(door)))
    const before = await paydouble('spec', 'qfpay', '--format', 'json')
    await paydouble('evidence', 'add', 'one.ndjson')
    const after = await paydouble('spec', 'qfpay', '--format', 'json')
    const provenance = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout).components.schemas.PaymentAnswer.properties.syssn['x-provenance']
    expect(provenance(before).observed).toBeUndefined()
    expect(provenance(after).observed).toEqual({ count: 1, first: '2026-01-01', last: '2026-01-01' })
    const elsewhere = await run(['spec', 'qfpay', '--format', 'json', '--evidence', join(cwd, usual)])
    expect(elsewhere.stdout).toBe(after.stdout)
    const { code, stderr } = await paydouble('spec', 'qfpay', '--evidence', 'nothing.json')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('Failed to read "nothing.json"'),
    })
  })

  test('is what a check goes by: it is not stale any more', async () => {
    const late = (body: string) => body.replace(/"at":\d+/, `"at":${Date.UTC(2028, 5, 1)}`)
    await capture('late.ndjson', async door => void (await qfpayPayment(door)), late)
    const report = () => paydouble('check', 'capture', 'late.ndjson')
    expect((await report()).stdout).toContain('staleEvidence')
    await paydouble('evidence', 'add', 'late.ndjson')
    expect((await report()).stdout).not.toContain('staleEvidence')
  })
})

/** Writes down what a double in the provider's place has answered. */
async function capture(
  file: string,
  story: (door: RecordedDoor) => Promise<void>,
  change: (line: string) => string = line => line,
): Promise<void> {
  const door = openRecorded()
  await story(door)
  writeFileSync(join(cwd, file), door.exchanges.map(exchange => `${toLine(exchange, change)}\n`).join(''))
}

function toLine({ request, response, at }: CapturedExchange, change: (line: string) => string): string {
  const { body, ...answer } = response ?? { body: '' }
  return change(JSON.stringify({ request, response: { ...answer, body: change(String(body)) }, at }))
}

function written(): Observations {
  return JSON.parse(readFileSync(join(cwd, usual), 'utf8'))
}
