// `paydouble check capture --fake`, as it is typed: the double is held to what a provider has answered.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { paydouble } from '../harness/cli.ts'
import { qfpayPayment, qfpayRefund } from '../harness/clients.ts'
import { openRecorded } from '../harness/recorded.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'paydouble-fake-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
})

test('a score for each operation and callback, without an effect on the exit code', async () => {
  await capture('alike.ndjson')
  const { code, stdout } = await paydouble(['check', 'capture', 'alike.ndjson', '--fake'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toMatch(/100 % +qfpay\.payment +1 exchange/)
  expect(stdout).toMatch(/100 % +qfpay\.refund +1 exchange/)
  const json = await paydouble(['check', 'capture', 'alike.ndjson', '--fake', '--report', 'json:-'], { cwd })
  const { fidelity } = JSON.parse(json.stdout) as {
    fidelity: { kind: string; name: string; score: number }[]
  }
  expect(fidelity.map(({ kind, name, score }) => [kind, name, score])).toEqual([
    ['operation', 'payment', 1],
    ['callback', 'payment', 1],
    ['operation', 'refund', 1],
  ])
})

test('what the provider answers otherwise is named, in each report', async () => {
  await capture('other.ndjson', line => line.replaceAll('\\"orig_syssn\\"', '\\"original\\"'))
  const { stdout } = await paydouble(
    ['check', 'capture', 'other.ndjson', '--fake', '--fail-on', 'none', '--report', 'json:-'],
    { cwd },
  )
  const { fidelity } = JSON.parse(stdout)
  expect(fidelity.filter(({ score }: { score: number }) => score < 1)).toMatchObject([
    {
      provider: 'qfpay',
      kind: 'operation',
      name: 'refund',
      differences: [
        '/original: a text at the provider, missing in the double (1)',
        '/orig_syssn: missing at the provider, a text in the double (1)',
      ],
    },
  ])
})

/** A payment, its callback and a refund. */
async function capture(file: string, change: (line: string) => string = line => line): Promise<void> {
  const door = openRecorded()
  const { syssn } = (await qfpayPayment(door, { notify_url: 'http://shop.test/paid' })).json()
  await door.double.payer.pay(String(syssn))
  await qfpayRefund(door, { syssn: String(syssn), notify_url: '' })
  const lines = door.exchanges.map(({ place: _, ...exchange }) => change(JSON.stringify(exchange)))
  writeFileSync(join(cwd, file), lines.join('\n'))
}
