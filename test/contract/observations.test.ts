// Contracts that know what captures have shown.
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import {
  type Contract,
  countFacts,
  listFacts,
  mergeObservations,
  type Observations,
  type Operation,
  observationsSchema,
  type Provenance,
  withObservations,
} from '../../src/contract/index.ts'
import { toSpec } from '../../src/openapi/index.ts'
import { createCheck } from '../../src/runner/index.ts'

const seen = { count: 3, first: '2026-01-01', last: '2026-02-01' }

test.each(contracts.map(contract => [contract.id, contract] as const))(
  'everything of %s can be seen, and nothing else changes',
  (_, contract) => {
    const paths = listFacts(contract).map(({ path }) => path)
    const facts = Object.fromEntries(paths.map(path => [path, seen]))
    const told = listFacts(withObservations(contract, { facts, contradictions: [] }))
    expect(told.map(({ path }) => path)).toEqual(paths)
    const settled = /^(account\.settings|rules|rateLimits)\.|\.(advice|examples)\./
    const left = told.filter(({ path, provenance }) => !provenance.observed && !settled.test(path))
    expect(left).toEqual([])
    expect(
      told.filter(({ provenance, path }) => provenance.level === 'assumed' && !settled.test(path)),
    ).toEqual([])
  },
)

test.each(contracts.map(contract => [contract.id, contract] as const))(
  'where nothing was seen of %s, its document is the same',
  (_, contract) => {
    const same = withObservations(contract, { facts: {}, contradictions: [] })
    expect(toSpec(same, '1', 'yaml')).toBe(toSpec(contract, '1', 'yaml'))
  },
)

test('what was assumed and seen becomes observed, with its reason as a note', () => {
  const path = 'operations.getOrderDetail.response.data.amount'
  const before = provenanceAt('dms', path)
  const after = provenanceAt('dms', path, { facts: { [path]: seen }, contradictions: [] })
  expect(before).toMatchObject({ level: 'assumed' })
  expect(after).toEqual({
    level: 'observed',
    evidence: 'captures',
    note: before && 'reason' in before ? before.reason : '',
    observed: seen,
  })
  const contract = contractOf('dms')
  const counts = countFacts(withObservations(contract, { facts: { [path]: seen }, contradictions: [] }))
  expect(counts.observed).toBe(countFacts(contract).observed + 1)
  expect(counts.assumed).toBe(countFacts(contract).assumed - 1)
})

test('what was documented and seen stays documented, and says how often', () => {
  const path = 'operations.payment.response.syssn'
  expect(provenanceAt('qfpay', path, { facts: { [path]: seen }, contradictions: [] })).toEqual({
    ...provenanceAt('qfpay', path),
    observed: seen,
  })
})

test('what was contradicted keeps its level, and says so', () => {
  const path = 'operations.getOrderDetail.response.data.amount'
  const against = { fact: path, kind: 'typeChanged', count: 2, last: '2026-03-01' }
  const other = { fact: path, kind: 'unexpectedNull', count: 1, last: '2026-02-01' }
  const contradictions = [against, other]
  expect(provenanceAt('dms', path, { facts: { [path]: seen }, contradictions })).toEqual({
    ...provenanceAt('dms', path),
    observed: seen,
    contradicted: { count: 3, last: '2026-03-01' },
  })
})

test('the document of a contract shows it', () => {
  const contradictions = [
    { fact: 'operations.payment.response.txamt', kind: 'typeChanged', count: 2, last: '2026-03-01' },
  ]
  const facts = {
    'operations.payment': seen,
    'operations.payment.response.txamt': seen,
    'operations.query.response.data.syssn': seen,
    'errors.duplicateOrder': seen,
  }
  const document = JSON.parse(
    toSpec(withObservations(contractOf('qfpay'), { facts, contradictions }), '1', 'json'),
  )
  const { schemas } = document.components
  expect(document.paths['/trade/v1/payment'].post['x-provenance'].observed).toEqual(seen)
  expect(schemas.PaymentAnswer.properties.txamt['x-provenance']).toMatchObject({
    observed: seen,
    contradicted: { count: 2, last: '2026-03-01' },
  })
  expect(schemas.QueryAnswer.properties.data.items.properties.syssn['x-provenance'].observed).toEqual(seen)
  expect(JSON.stringify(document['x-errors'])).toContain('"observed":{"count":3')
})

test('its schemas take and refuse what they did before', () => {
  for (const contract of contracts) {
    const paths = listFacts(contract).map(({ path }) => path)
    const facts = Object.fromEntries(paths.map(path => [path, seen]))
    const told = withObservations(contract, { facts, contradictions: [] })
    for (const [name, operation] of Object.entries(contract.operations)) {
      const other = told.operations[name] as Operation
      for (const { request, response } of operation.examples) {
        expect(other.request.schema.safeParse(request).success).toBe(true)
        expect(other.response.safeParse(response).success).toBe(true)
        for (const field of Object.keys(response)) {
          const changed = { ...response, [field]: { strange: true } }
          const before = (operation.response as typeof operation.request.schema).safeParse(changed)
          const after = (other.response as typeof operation.request.schema).safeParse(changed)
          expect(after.error?.issues).toEqual(before.error?.issues)
        }
        expect(other.request.schema.safeParse({}).error?.issues).toEqual(
          operation.request.schema.safeParse({}).error?.issues,
        )
      }
    }
  }
})

test('what was seen since the sources were read is not stale', () => {
  const at = Date.UTC(2028, 0, 15)
  const url = 'https://openapi-hk.qfapi.com/trade/v1/payment'
  const request = { method: 'POST', url, headers: {}, body: '' }
  const place = { source: 'a test', unit: 'call', number: 1 } as const
  const response = { status: 200, headers: {}, body: '{}' }
  const stale = (last: string) => {
    const facts = { 'operations.payment': { count: 1, first: last, last } }
    const told = contracts.map(each =>
      each.id === 'qfpay' ? withObservations(each, { facts, contradictions: [] }) : each,
    )
    const { findings } = createCheck({ contracts: told }).judge({ at, request, response, place })
    return findings.find(({ kind }) => kind === 'staleEvidence')?.message
  }
  expect(stale('2028-01-01')).toBeUndefined()
  expect(stale('2026-12-24')).toContain('was last seen in captured traffic on 2026-12-24, 387 days before')
  // Older than the sources: those count.
  expect(stale('2020-01-01')).toContain('was last read in its sources on 2026-11-22')
})

test('files of observations add up', () => {
  const a = file({ 'operations.payment': { count: 1, first: '2026-01-05', last: '2026-01-06' } })
  const b = file({
    'operations.payment': { count: 2, first: '2026-01-01', last: '2026-01-02' },
    'operations.query': seen,
  })
  const merged = mergeObservations(a, b)
  expect(merged.providers.qfpay?.facts).toEqual({
    'operations.payment': { count: 3, first: '2026-01-01', last: '2026-01-06' },
    'operations.query': seen,
  })
  expect(merged.captures).toHaveLength(2)
  expect(merged.providers.qfpay?.contradictions).toEqual([
    { fact: 'operations.payment', kind: 'contentType', count: 2, last: '2026-01-01' },
  ])
  expect(observationsSchema.safeParse(merged).success).toBe(true)
  // Neither has changed.
  expect(a).toEqual(file({ 'operations.payment': { count: 1, first: '2026-01-05', last: '2026-01-06' } }))
})

function file(facts: Observations['providers'][string]['facts']): Observations {
  const against = { fact: 'operations.payment', kind: 'contentType', count: 1, last: '2026-01-01' }
  return {
    version: 1,
    captures: [{ digest: 'd', file: 'a.har', exchanges: 1 }],
    providers: { qfpay: { facts, contradictions: [against] } },
  }
}

function provenanceAt(
  id: string,
  path: string,
  observed?: Observations['providers'][string],
): Provenance | undefined {
  const contract = withObservations(contractOf(id), observed)
  return listFacts(contract).find(fact => fact.path === path)?.provenance
}

function contractOf(id: string): Contract {
  const contract = contracts.find(each => each.id === id)
  if (!contract) throw new Error(`There is no contract ${id}.`)
  return contract
}
