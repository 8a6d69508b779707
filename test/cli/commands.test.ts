import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { contracts } from '../../contracts/index.ts'
import { version } from '../../src/version.ts'
import { paydouble, root, serve } from '../harness/cli.ts'

const json = { 'content-type': 'application/json' }

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function qfpayOrder(url: string): Promise<{ qrcode: string; syssn: string }> {
  const answer = await fetch(`${url}/trade/v1/payment`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': 'DEMO0APP0CODE0000000000000000001',
      // The first of the published vectors, computed outside of this project.
      'x-qf-sign': '965FF9776D27DBAB886F7466DCD2762F',
    },
    body: 'txamt=10&txcurrcd=HKD&pay_type=800201&out_trade_no=01234567890123&txdtm=2020-04-10+11%3A45%3A44&mchid=ZaMVg12345',
  })
  return (await answer.json()) as { qrcode: string; syssn: string }
}

test('pay pays by order id, and by QR text', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  const { syssn } = await qfpayOrder(url)
  expect(await paydouble(['pay', syssn, '--url', url])).toMatchObject({
    code: 0,
    stdout: `paid 10 for the qfpay order ${syssn}\n`,
  })
  const again = await paydouble(['pay', syssn, '--url', url])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/it is paid, not pending/) })
  const other = await serve(['--port', '0', '--json'])
  const order = await qfpayOrder(other.url)
  const paid = await paydouble(['pay', order.qrcode, '--json'], { env: { PAYDOUBLE_URL: other.url } })
  expect(JSON.parse(paid.stdout)).toMatchObject({ outcome: 'paid', order: { id: order.syssn } })
})

test('pay says what is wrong', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  const nobody = await paydouble(['pay', 'nobody', '--url', url])
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringMatching(/"nobody".*orderNumber=/) })
  const amount = await paydouble(['pay', 'nobody', '--url', url, '--amount', '1.5'])
  expect(amount).toMatchObject({ code: 2, stderr: expect.stringMatching(/--amount "1.5".*minor units/) })
  for (const flags of [['--late'], ['--again'], ['--amount', '1']]) {
    expect(await paydouble(['pay', 'nobody', '--url', url, '--decline', ...flags])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--decline and ${flags[0]} exclude each other`),
    })
  }
  expect(await paydouble(['pay', 'nobody'], { env: { PAYDOUBLE_URL: 'foo' } })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/"foo": this is no URL/),
  })
  const nowhere = await paydouble(['pay', 'nobody', '--url', 'http://127.0.0.1:9'])
  expect(nowhere).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/nothing answers there.*paydouble serve/),
  })
})

test('an account of a test is created and reset', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  const created = await paydouble(['accounts', 'create', 'qfpay', '{"mchid":"mine"}', '--url', url, '--json'])
  expect(created.code).toBe(0)
  const account = JSON.parse(created.stdout)
  expect(account).toMatchObject({ provider: 'qfpay', credentials: { mchid: 'mine' } })
  const reset = await paydouble(['accounts', 'reset', 'qfpay', account.id, '--url', url])
  expect(reset).toMatchObject({ code: 0, stdout: expect.stringContaining(`qfpay ${account.id}`) })
  const unknown = await paydouble(['accounts', 'reset', 'qfpay', 'nobody', '--url', url])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is none') })
})

test('callbacks are fetched from the outbox, and replied to', async () => {
  const { url } = await serve(['--port', '0', '--json', '--callbacks', 'pull'])
  await fetch(`${url}/_paydouble/api/accounts/its500/demo`, {
    method: 'PUT',
    headers: json,
    body: JSON.stringify({ callbackUrls: ['http://127.0.0.1:1/paid'] }),
  })
  const headers = { 'payment-key': 'de30000000000500', 'payment-secret': 'de300000000000000000000000000500' }
  const body = new URLSearchParams({ price: '10', name: 'a thing' })
  const order = (await (
    await fetch(`${url}/order/createOrder`, { method: 'POST', headers, body })
  ).json()) as { orderId: string }
  await paydouble(['pay', order.orderId, '--url', url])
  const { stdout } = await paydouble(['callbacks', 'outbox', '--url', url, '--json'])
  const [delivery] = JSON.parse(stdout).items
  expect(delivery).toMatchObject({ order: order.orderId, status: 'held' })
  const replied = await paydouble(['callbacks', 'reply', delivery.id, '200', '--url', url])
  expect(replied).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') })
  expect((await paydouble(['callbacks', 'outbox', '--url', url])).stdout).toMatch(/^no callback is due/)
  const again = await paydouble(['callbacks', 'reply', delivery.id, '200', '--url', url])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('not in the outbox') })
})

test('accounts lists them', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  const listed = await paydouble(['accounts', '--url', url])
  expect(listed.stdout).toContain('qfpay demo\n  appCode: "DEMO0APP0CODE0000000000000000001"\n')
  const json = await paydouble(['accounts', '--url', url, '--json'])
  expect(JSON.parse(json.stdout)).toHaveLength(contracts.length)
})

test('spec prints one document, as YAML or JSON', async () => {
  const yaml = await paydouble(['spec', 'qfpay'])
  expect(yaml.stdout).toBe(readFileSync(join(root, 'specs/qfpay.openapi.yaml'), 'utf8'))
  const json = await paydouble(['spec', 'qfpay', '--format', 'json'])
  expect(JSON.parse(json.stdout)).toEqual(parse(yaml.stdout))
})

test('spec --out writes all documents, and --check tells when one is stale', async () => {
  const folder = emptyFolder()
  expect(await paydouble(['spec', '--out', folder])).toMatchObject({ code: 0 })
  const names = [...contracts.map(contract => contract.id), 'paydouble'].map(id => `${id}.openapi.yaml`)
  expect(readdirSync(folder).sort()).toEqual(names.sort())
  expect(await paydouble(['spec', '--check', '--out', folder])).toMatchObject({ code: 0 })
  writeFileSync(join(folder, 'dms.openapi.yaml'), 'openapi: 3.1.0\n')
  expect(await paydouble(['spec', '--check', '--out', folder])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/dms\.openapi\.yaml.*paydouble spec --out/),
  })
})

test.each([
  [['spec', 'paypal'], 2, /"paypal".*qfpay/],
  [['spec', '--format', 'xml'], 2, /"xml".*yaml or json/],
  [['nothing'], 2, /unknown command/],
  [['pay'], 2, /missing required argument/],
])('%j is refused', async (args, code, message) => {
  expect(await paydouble(args)).toMatchObject({ code, stderr: expect.stringMatching(message) })
})

test('the version is that of the package', async () => {
  const { version: published } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(version).toBe(published)
  expect((await paydouble(['--version'])).stdout).toBe(`${published}\n`)
})

test('serve --help names the variables', async () => {
  const { stdout } = await paydouble(['serve', '--help'])
  expect(stdout).toMatch(
    /Flags win over the environment: PAYDOUBLE_PORT, .*PAYDOUBLE_DATA, .*PAYDOUBLE_CONFIG\./,
  )
})

test('--help lists the commands', async () => {
  const { code, stdout } = await paydouble(['--help'])
  expect(code).toBe(0)
  for (const command of ['serve', 'spec', 'pay', 'accounts', 'explain'])
    expect(stdout).toContain(`  ${command}`)
})
