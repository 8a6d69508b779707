// Captures with one known deviation each, and exactly what is found in them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { FindingGroup } from '../../src/runner/index.ts'
import { capturesFolder, capturesOf, checkCapture, type Provider, providers } from './read-captures.ts'

const unsigned = 'nothing is signed'
const noCallbacks = 'its document has no callbacks'

/** Each kind of deviation, and where a provider cannot have it, why. */
const kinds: Readonly<Record<string, Partial<Record<Provider, string>>>> = {
  unknownField: {},
  missingField: {},
  typeChanged: {},
  newEnumValue: {},
  unexpectedNull: {},
  wrongLength: {},
  wrongFormat: {},
  undocumentedCode: {},
  undocumentedStatus: {},
  contentType: {},
  missingSignature: { vvtool: unsigned, its500: unsigned, dms: unsigned },
  wrongSignature: { vvtool: unsigned, its500: unsigned, dms: unsigned },
  wrongCredentials: { dms: 'requests carry no credential' },
  spacedKey: {},
  'spacedKey-documented': {
    vvtool: 'no source has such a key',
    dms: 'no source has such a key',
    qfpay: 'no source has such a key',
  },
  renamedField: {},
  extraCallback: { vvtool: noCallbacks, dms: noCallbacks },
  missingCallback: { vvtool: noCallbacks, dms: noCallbacks },
  callbackOutOfOrder: { vvtool: noCallbacks, dms: noCallbacks },
  notAcknowledged: { vvtool: noCallbacks, dms: noCallbacks, its500: 'any 2xx status acknowledges' },
  badRequest: {},
  'currencyUnit-request': { its500: 'the unit is yuan, with decimals' },
  currencyUnit: {},
  'currencyUnit-callback': { vvtool: noCallbacks, dms: noCallbacks },
  differentAmount: {},
  duplicateOrderNumber: {
    its500: 'requests carry no number of the merchant',
    qfpay: 'it refuses the second one, as in "clean"',
  },
  staleEvidence: {},
  notJson: {},
  wrongCharset: {},
  duplicateKey: {},
  gatewayPage: {},
  advice: { dms: 'its document advises against nothing' },
}

describe.each(providers)('captures of %s', provider => {
  test.each(capturesOf(provider))('%s has exactly the findings that stand beside it', async name => {
    const report = await checkCapture(provider, name)
    expect(report.findings.map(shown)).toEqual(expectedOf(provider, name))
    expect(report).toMatchObject({ unmatched: { count: 0 }, unreadable: { count: 0 }, dropped: 0 })
  })

  test('there is one for each kind of deviation that it can have', () => {
    const missing = Object.keys(kinds).filter(kind => !capturesOf(provider).includes(kind))
    expect(missing).toEqual(Object.keys(kinds).filter(kind => kinds[kind]?.[provider] !== undefined))
  })

  test('the clean one has every operation and callback, and what a refused callback leads to', async () => {
    const { judged, findings } = await checkCapture(provider, 'clean')
    const contract = contracts.find(({ id }) => id === provider)
    const known = [...Object.keys(contract?.operations ?? {}), ...Object.keys(contract?.callbacks ?? {})]
    const seen = judged.map(({ name }) => name)
    // The document advises against the older address, whatever is sent there.
    expect([...seen, ...(provider === 'vvtool' ? ['oldToken'] : [])].sort()).toEqual([...known].sort())
    expect(findings).toEqual([])
  })
})

test('a capture has one kind of finding, and few exchanges', async () => {
  for (const provider of providers) {
    for (const name of capturesOf(provider)) {
      if (name === 'clean') continue
      const { exchanges, findings } = await checkCapture(provider, name)
      expect(exchanges, name).toBeLessThanOrEqual(6)
      expect(new Set(findings.map(({ kind }) => kind)).size, name).toBe(1)
    }
  }
})

test('a signature that does not match comes with its autopsy, for each direction', async () => {
  // In one line, wherever it is broken.
  const detailOf = async (name: string) =>
    (await checkCapture('qfpay', name)).findings[0]?.detail?.replace(/\s+/g, ' ')
  expect(await detailOf('wrongSignature-request')).toContain('in the order in which they are sent')
  expect(await detailOf('wrongSignature-callback')).toContain('a key that has something around it')
  expect(await detailOf('wrongSignature')).toContain('none gives this signature')
  expect(await detailOf('missingSignature-request')).toContain('the signature is missing')
})

test('a signature of an account that nobody has configured is counted, and no finding', async () => {
  const { unverified } = await checkCapture('qfpay', 'clean')
  expect(unverified).toEqual([
    { provider: 'qfpay', why: 'no account with this appCode is configured', count: 1 },
  ])
})

function expectedOf(provider: Provider, name: string): unknown {
  return JSON.parse(readFileSync(join(capturesFolder, provider, `${name}.findings.json`), 'utf8'))
}

/** What a finding says, without the sentences. */
function shown(group: FindingGroup): unknown {
  const { kind, severity, by, part, name, pointer, expected, received, provenance, count, taken } = group
  const who =
    provenance && (provenance.level === 'assumed' ? 'assumed' : `${provenance.level} ${provenance.evidence}`)
  return {
    kind,
    severity,
    by,
    part,
    name,
    pointer,
    ...(expected !== undefined && { expected }),
    ...(received !== undefined && { received }),
    ...(who !== undefined && { provenance: who }),
    count,
    ...(taken !== undefined && { taken }),
  }
}
