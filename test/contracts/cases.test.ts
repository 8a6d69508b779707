// The cases of the contracts, held against the contracts and the evidence: what they send, and who says what comes of it.
import { describe, expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import {
  type Case,
  type CaseGiven,
  type Contract,
  caseCosts,
  type Operation,
} from '../../src/contract/index.ts'
import { createCheck } from '../../src/runner/index.ts'
import { dmsAccount, its500Account, qfpayAccount, vvtoolAccount } from '../harness/clients.ts'
import { readRows } from './evidence.ts'

const all: readonly Contract[] = contracts
const accounts: Record<string, CaseGiven['credentials']> = {
  qfpay: qfpayAccount,
  its500: its500Account,
  vvtool: vvtoolAccount,
  dms: dmsAccount,
}

/** Operations that change nothing, so that an answer costs nothing. */
const reading = new Set([
  'qfpay.query',
  'its500.onlinePayFindResult',
  'its500.randomCode',
  'vvtool.merchantOrderDetail',
  'dms.getPayWayTonglian',
  'dms.bizUser',
  'dms.getOrderDetail',
])

describe.each(all.map(contract => [contract.id, contract] as const))('%s', (id, contract) => {
  const cases: Readonly<Record<string, Case>> = contract.cases ?? {}
  const entries = Object.entries(cases)
  const credentials = accounts[id] ?? {}

  test('has cases of each cost, and one that is the probe, which is free and refused', () => {
    for (const cost of caseCosts) expect(entries.filter(([, each]) => each.cost === cost)).not.toEqual([])
    const probes = entries.filter(([, { probe }]) => probe)
    expect(probes).toHaveLength(1)
    expect(probes[0]?.[1]).toMatchObject({ cost: 'free', expect: expect.any(Array) })
    // It must be right in all that has to do with credentials.
    expect(probes[0]?.[1]).not.toHaveProperty('credentials')
    expect(probes[0]?.[1]).not.toHaveProperty('spoil')
  })

  test.each(entries)('%s names what the contract has', (_, each) => {
    const { expect: expected, probe = [], unready = [], needs = [], after } = each
    expect(Object.keys(contract.operations)).toContain(each.operation)
    const rows = [...(expected === 'answered' ? [] : expected), ...probe, ...unready]
    expect(Object.keys(contract.errors)).toEqual(
      expect.arrayContaining(rows.filter(name => name !== 'answered')),
    )
    expect(Object.keys(contract.account.credentials.shape)).toEqual(expect.arrayContaining([...needs]))
    if (after !== undefined) expect(Object.keys(cases)).toContain(after)
    expect(each.summary).toMatch(/^[A-Z].*\.$/)
  })

  test.each(entries)('%s cites a row of its level, or gives its reason', (_, { provenance, assumedCode }) => {
    if (provenance.level === 'assumed') expect(provenance.reason).not.toBe('')
    else {
      const row = readRows(id).find(each => each.id === provenance.evidence)
      expect({ evidence: provenance.evidence, level: row?.level }).toEqual({
        evidence: provenance.evidence,
        level: provenance.level,
      })
    }
    expect(assumedCode).not.toBe('')
  })

  test.each(entries.filter(([, { cost }]) => cost === 'free'))(
    '%s is free: it is refused, or only reads',
    (_, { operation, expect: expected, after }) => {
      expect(after).toBeUndefined()
      if (expected === 'answered' || expected.includes('answered'))
        expect(reading).toContain(`${id}.${operation}`)
      else for (const name of expected) expect(contract.errors[name]).toMatchObject({ outcome: 'failed' })
    },
  )

  test.each(entries.filter(([, each]) => each.after !== undefined))(
    '%s costs no less than the case whose answer it needs',
    (_, { cost, after = '' }) => {
      const earlier = caseCosts.indexOf(cases[after]?.cost ?? 'paid')
      expect(caseCosts.indexOf(cost)).toBeGreaterThanOrEqual(earlier)
    },
  )

  test.each(entries.filter(([, each]) => each.expect === 'answered'))(
    '%s sends what the contract takes, because it is to be answered',
    (_, each) => {
      const account = { provider: id, id: 'demo', credentials, settings: contract.account.defaults }
      const check = createCheck({ contracts: [contract], accounts: [account] })
      const { findings } = check.judge({
        request: written(contract, each, credentials),
        place: { source: 'case', unit: 'case', number: 1 },
        about: { provider: id, operation: each.operation },
      })
      expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
    },
  )

  test('a paid case shows a code, and another one sees that it is paid', () => {
    const shown = entries.filter(([, { qrCode }]) => qrCode)
    expect(shown).toHaveLength(1)
    const [name] = shown[0] ?? []
    expect(entries.filter(([, { isPaid, after }]) => isPaid && after === name)).toHaveLength(1)
    for (const [, { qrCode, isPaid, cost }] of entries) if (qrCode || isPaid) expect(cost).toBe('paid')
  })

  test('each operation is tried', () => {
    const tried = new Set(entries.map(([, { operation }]) => operation))
    expect([...tried].sort()).toEqual(Object.keys(contract.operations).sort())
  })
})

function written(contract: Contract, each: Case, credentials: CaseGiven['credentials']) {
  const operation = contract.operations[each.operation] as Operation
  const given: CaseGiven = {
    credentials,
    number: name => `pd0test0${name}`,
    now: Date.UTC(2026, 0, 1),
    // As much of an earlier answer as any of them needs.
    earlier: {
      syssn: '20260101000300020000000001',
      orig_syssn: '20260101000300020000000001',
      orderId: 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7',
      data:
        contract.id === 'qfpay'
          ? [{ syssn: '20260101000300020000000001' }]
          : { order_number: '2026010109000000000001' },
    },
  }
  const request = contract.wire.encodeRequest(
    operation,
    each.params(given),
    each.credentials?.(credentials) ?? credentials,
  )
  const { method, path, query, headers, body } = each.spoil?.(request) ?? request
  return { method, url: query === '' ? path : `${path}?${query}`, headers, body }
}
