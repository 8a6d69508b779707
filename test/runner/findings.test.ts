import { expect, test } from 'vitest'
import { contracts, qfpay } from '../../contracts/index.ts'
import { listFacts } from '../../src/contract/index.ts'
import { createFindingGroups, mostGroups } from '../../src/runner/findings.ts'
import { createCheck, factPathOf, idOf, type LocatedFinding } from '../../src/runner/index.ts'
import { capturesOf, checkCapture, demoAccounts, providers } from './read-captures.ts'

const finding: LocatedFinding = {
  kind: 'unknownField',
  severity: 'additive',
  pointer: '/data/3/wallet',
  message: 'The contract knows no field "wallet".',
  received: '"a"',
  provider: 'qfpay',
  name: 'query',
  part: 'response',
  by: 'provider',
}
const seen = (number: number, at?: number) => ({
  place: { source: 'made', unit: 'line', number } as const,
  ...(at !== undefined && { at }),
})

test('findings are alike by message, kind and field; items of a list count as one', () => {
  expect(idOf(finding)).toBe('qfpay.query response unknownField /data/*/wallet')
  expect(idOf({ ...finding, pointer: '/data/44/wallet', received: '"b"' })).toBe(idOf(finding))
  expect(idOf({ ...finding, pointer: '' })).toBe('qfpay.query response unknownField')
})

test('another type is the same finding, and another code another one', () => {
  const changed = { ...finding, kind: 'typeChanged' }
  expect(idOf({ ...changed, received: '1' })).toBe(idOf({ ...changed, received: 'true' }))
  const code = { ...finding, kind: 'undocumentedCode', pointer: '/respcd', received: '"1999"' }
  expect(idOf(code)).toBe('qfpay.query response undocumentedCode /respcd "1999"')
})

test('a group has count, first and last by time, and a few different values', () => {
  const groups = createFindingGroups()
  for (const [i, at] of [50, 10, 90, 30].entries())
    groups.add({ ...finding, received: `"${i}"` }, seen(i + 1, at))
  groups.add(finding, seen(9, 40))
  expect(groups.list()).toEqual([
    {
      ...finding,
      received: '"0"',
      id: idOf(finding),
      count: 5,
      first: seen(2, 10),
      last: seen(3, 90),
      examples: ['"0"', '"1"', '"2"'],
    },
  ])
})

test('where nobody wrote down the time, the order of the capture counts', () => {
  const groups = createFindingGroups()
  for (const number of [4, 5, 6]) groups.add(finding, seen(number))
  expect(groups.list()).toMatchObject([{ first: seen(4), last: seen(6) }])
})

test('of what a client does otherwise, it is counted how often it was taken', () => {
  const groups = createFindingGroups()
  const own = { ...finding, by: 'client', part: 'request' } as const
  groups.add(own, seen(1), false)
  groups.add(own, seen(2), true)
  groups.add(own, seen(3))
  expect(groups.list()).toMatchObject([{ count: 3, taken: 1 }])
})

test('more different ones than are kept are counted', () => {
  const groups = createFindingGroups()
  for (let i = 0; i < mostGroups + 7; i++) groups.add({ ...finding, pointer: `/k${i}` }, seen(1))
  expect(groups.list()).toHaveLength(mostGroups)
  expect(groups.dropped).toBe(7)
})

test('what is said of an earlier exchange is none of the one that is judged', () => {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const payload = { ...qfpay.callbacks.payment.example }
  const ask = (number: number, url: string, body: string, answer?: object) => ({
    request: {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-qf-appcode': 'x' },
      body,
    },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) },
    place: { source: 'made', unit: 'line', number } as const,
  })
  check.judge(ask(1, '/cb', JSON.stringify(payload)))
  const { findings } = check.judge(
    ask(2, '/trade/v1/payment', `out_trade_no=${payload.out_trade_no}&txamt=300`, {
      respcd: '0000',
      syssn: payload.syssn,
    }),
  )
  expect(findings.map(({ kind }) => kind)).not.toContain('callbackOutOfOrder')
  const report = check.end({ title: '', version: '' })
  const [late] = report.findings.filter(({ kind }) => kind === 'callbackOutOfOrder')
  expect(late?.first.place.number).toBe(1)
})

test('a finding about a field names the fact of the contract that it is about', async () => {
  for (const provider of providers) {
    const contract = contracts.find(({ id }) => id === provider)
    if (!contract) throw new Error(`there is no ${provider}`)
    const facts = new Set(listFacts(contract).map(({ path }) => path))
    for (const name of capturesOf(provider)) {
      for (const each of (await checkCapture(provider, name)).findings) {
        if (each.kind === 'unknownField' || each.pointer === '' || !each.provenance) continue
        if (each.part === 'request' && each.kind === 'oldTokenAddress') continue
        expect(facts, `${provider} ${name}`).toContain(factPathOf(contract, each))
      }
    }
  }
})

test('a field that is wrong in several ways says each of them, and the same one once', () => {
  const groups = createFindingGroups()
  const one = (message: string, expected: string, received: string) =>
    groups.add(
      { ...finding, kind: 'wrongLength', message, expected, received },
      { place: { source: 'it', unit: 'line', number: 1 } },
    )
  one('It is too short.', 'at least 6', '"abc"')
  one('It is too long.', 'at most 32', '"aaaa"')
  one('It is too short.', 'at least 6', '"ab"')
  expect(groups.list()).toMatchObject([
    { count: 3, message: 'It is too short. It is too long.', expected: 'at least 6; at most 32' },
  ])
})
