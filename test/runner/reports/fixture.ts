// Reports to show: one with everything in it, an empty one, a long one, and one made of hostile texts.
import fc from 'fast-check'
import type { Provenance, Severity } from '../../../src/contract/index.ts'
import type { CheckReport, FindingGroup, Place } from '../../../src/runner/index.ts'

const ranks: readonly Severity[] = ['breaking', 'additive', 'note']
export const at = Date.parse('2026-11-22T09:58:12Z')
const minute = 60_000

export const place = (number: number, source = 'out.har'): Place => ({ source, unit: 'entry', number })

/** A finding of qfpay.payment, unless it says otherwise. */
export function finding(own: Partial<FindingGroup> & { kind: string; pointer: string }): FindingGroup {
  const { provider = 'qfpay', name = 'payment', part = 'response', count = 1 } = own
  return {
    id: `${provider}.${name} ${part} ${own.kind}${own.pointer === '' ? '' : ` ${own.pointer}`}`,
    provider,
    name,
    part,
    severity: 'breaking',
    by: part === 'request' ? 'client' : 'provider',
    message: `The field ${JSON.stringify(own.pointer.slice(own.pointer.lastIndexOf('/') + 1))} is not as described.`,
    count,
    first: { at, place: place(3) },
    last: count === 1 ? { at, place: place(3) } : { at: at + 14 * minute, place: place(99) },
    examples: own.received === undefined ? [] : [own.received],
    ...own,
  }
}

const documented = (evidence: string, note?: string): Provenance =>
  note === undefined ? { level: 'documented', evidence } : { level: 'documented', evidence, note }

export const emptyReport: CheckReport = {
  version: '1.2.3',
  title: 'capture out.har',
  from: at,
  to: at + 15 * minute,
  exchanges: 128,
  judged: [
    { provider: 'qfpay', kind: 'operation', name: 'payment', count: 120 },
    { provider: 'qfpay', kind: 'operation', name: 'query', count: 8 },
  ],
  unmatched: { count: 0, list: [] },
  unreadable: { count: 0, list: [] },
  unverified: [],
  findings: [],
  dropped: 0,
}

/** Lines that stay where they are, whatever becomes of the contracts. */
export const fixedLines = {
  qfpay: {
    'operations.payment.response.syssn': 'payment.ts:161',
    'operations.payment.request.txamt': 'payment.ts:31',
    'operations.query': 'query.ts:7',
    'responseHeaders.X-QF-SIGN': 'contract.ts:89',
  },
}

const autopsy = `qfpay response, account demo: the signature does not match

  rule        MD5 of the body, byte for byte, followed directly by the key;
              as hex in upper case
  to sign     {"respcd":"0000","respmsg":"成功"}F2…E0
  differs     from character 31 on
  right       "respmsg":"成功"}
  signed      "respmsg":"\\u6210\\u529f"}
                        ^
`

/** Something of everything. */
export const richReport: CheckReport = {
  ...emptyReport,
  exchanges: 133,
  judged: [
    ...emptyReport.judged,
    { provider: 'its500', kind: 'callback', name: 'paid', count: 1 },
    { provider: 'vvtool', kind: 'operation', name: 'token', count: 1 },
  ],
  unmatched: {
    count: 2,
    list: [
      {
        request: 'GET https://example.com/health',
        why: 'no provider has this host, and no operation this path',
        count: 2,
      },
    ],
  },
  unreadable: {
    count: 1,
    list: [{ place: place(131), why: 'The body is cut short: it ends within a string.' }],
  },
  unverified: [{ provider: 'qfpay', why: 'no account with this appCode is configured', count: 4 }],
  findings: [
    finding({
      kind: 'renamedField',
      pointer: '/syssn',
      message: 'The field "syssn" is missing, and "sys_sn", which nobody knows, holds what would fit it.',
      expected: '"syssn"',
      received: '"sys_sn"',
      provenance: documented('payment.response.syssn'),
      count: 12,
    }),
    finding({
      id: 'qfpay.missingAmount case caseDiffers',
      kind: 'caseDiffers',
      pointer: '/respcd',
      message: 'The case missingAmount got another answer. A payment without an amount is refused.',
      expected: 'invalidParameter (1104)',
      received: '1103',
      provenance: documented('payment.request.txamt'),
    }),
    finding({
      kind: 'wrongSignature',
      pointer: '',
      message: 'X-QF-SIGN does not match the body.',
      detail: autopsy,
      count: 2,
    }),
    finding({
      kind: 'currencyUnit',
      pointer: '/txamt',
      part: 'request',
      message: 'The amount has decimals: it looks like yuan or dollars, and fen or cents are meant.',
      expected: 'a whole number of minor units',
      received: '"3.00"',
      taken: 1,
      provenance: {
        ...documented('payment.request.txamt'),
        observed: { count: 41, first: '2026-10-01', last: '2026-11-20' },
        contradicted: { count: 1, last: '2026-11-20' },
      },
    }),
    finding({
      kind: 'typeChanged',
      pointer: '/code',
      provider: 'its500',
      name: 'paid',
      part: 'callback',
      message: 'The field "code" is of another type.',
      expected: '10001',
      received: '"10001"',
      examples: ['"10001"', '"10002"'],
      provenance: documented('callback.paid.code', 'a number here, a text in the answer to an order'),
    }),
    finding({
      kind: 'unknownField',
      pointer: '/data/0/手续费说明',
      name: 'query',
      severity: 'additive',
      message: 'The contract knows no field "手续费说明".',
      received: '"渠道手续费由商户承担，按照实际交易金额的百分之零点六收取，不足一分的按一分计算"',
      first: { place: place(7) },
      last: { place: place(31) },
      count: 3,
    }),
    finding({
      kind: 'newEnumValue',
      pointer: '/txcurrcd',
      part: 'request',
      severity: 'additive',
      message: 'The field "txcurrcd" has a value that is none of the known ones.',
      expected: '"AED", "CNY", "EUR", "HKD", …',
      received: '"TWD"',
      provenance: { level: 'published', evidence: 'rule.currencies' },
      accepted: { reason: 'Taiwan is piloted until summer', expires: '2027-06-30' },
    }),
    finding({
      kind: 'amountAtRisk',
      pointer: '/txamt',
      part: 'request',
      severity: 'note',
      message: 'Amounts under 200 minor units may be stopped by risk control.',
      provenance: { level: 'assumed', reason: 'nobody says where the limit is', setting: 'riskLimit' },
      count: 40,
    }),
  ],
  baseline: {
    file: 'baseline.json',
    accepted: 1,
    unused: [
      { id: 'qfpay.query response missingField /data/*/syssn', reason: 'mended soon', expires: '2027-01-01' },
    ],
    expired: [
      { id: 'qfpay.payment response renamedField /syssn', reason: 'told support', expires: '2026-10-01' },
    ],
  },
  cases: [
    {
      provider: 'qfpay',
      name: 'badSignature',
      summary: 'A request with a wrong signature is refused.',
      cost: 'free',
      outcome: 'asExpected',
      expected: 'signature (1108)',
      received: '1108',
    },
    {
      provider: 'qfpay',
      name: 'missingAmount',
      summary: 'A payment without an amount is refused.',
      cost: 'free',
      outcome: 'differs',
      expected: 'invalidParameter (1104)',
      received: '1103',
    },
    {
      provider: 'qfpay',
      name: 'unknownOrder',
      summary: 'A query for an order that nobody made finds nothing.',
      cost: 'free',
      outcome: 'assumptionDiffers',
      expected: 'success (0000)',
      received: '1142',
    },
    {
      provider: 'qfpay',
      name: 'paidByWechat',
      summary: 'A payment that somebody scans is paid.',
      cost: 'paid',
      outcome: 'skipped',
      expected: 'success (0000)',
      received: '',
      why: 'only free cases run unless asked',
    },
  ],
  fidelity: [
    { provider: 'qfpay', name: 'payment', exchanges: 120, score: 1, differences: [] },
    {
      provider: 'qfpay',
      name: 'query',
      exchanges: 8,
      score: 0.9375,
      differences: ['/data/*/cash_fee is only in the real answers'],
      skipped: ['its request was not captured (2)'],
    },
  ],
}

/** Many findings of many kinds. */
export const manyReport: CheckReport = {
  ...emptyReport,
  findings: Array.from({ length: 400 }, (_, i) =>
    finding({
      kind: ['missingField', 'unknownField', 'typeChanged'][i % 3] ?? '',
      pointer: `/field_${i}`,
      severity: (['breaking', 'additive', 'note'] as const)[i % 3] ?? 'note',
      name: i % 2 === 0 ? 'payment' : 'query',
      received: `"value ${i}"`,
      count: i + 1,
    }),
  ).toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity)),
}

/** Texts that try to be something else than text. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</style><style>*{display:none}</style>',
  'one\ntwo\r\nthree',
  ']]>',
  '<![CDATA[',
  '&lt;&amp;&#60;',
  'a | b | c',
  '\\| \\',
  '| --- |',
  '`code` ``` fence',
  '**bold** _it_ ~~gone~~ # head',
  '</details></table>',
  '[link](javascript:alert(1)) http://evil.example www.evil.example @everyone #1',
  '\u001b[31mred\u001b[2J\u001b]0;title\u0007',
  '\u0000\u0001\u0008\u000b\u001f\u007f\u009b',
  '\ufffe\uffff',
  '\ud800 lone',
  '\u202etxet\u2066',
  '::error file=a::b',
  '##[error]x',
  '%0A::stop-commands::x',
  '💰中文全角',
  '__proto__',
  'constructor',
  '',
  ' ',
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.array(fc.constantFrom(...hostileTexts), { minLength: 2, maxLength: 4 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)

const severity = fc.constantFrom(...ranks)

const hostileFinding: fc.Arbitrary<FindingGroup> = fc
  .record({
    kind: hostileText,
    pointer: hostileText.map(text => `/${text}`),
    part: fc.constantFrom('request', 'response', 'callback'),
    severity,
    provider: fc.oneof(fc.constant('qfpay'), hostileText),
    name: fc.oneof(fc.constant('payment'), hostileText),
    message: hostileText,
    expected: hostileText,
    received: hostileText,
    detail: fc.option(hostileText, { nil: undefined }),
    source: hostileText,
    number: fc.integer({ min: 1, max: 1e9 }),
    unit: fc.constantFrom('entry', 'line', 'message', 'call', 'case'),
    at: fc.oneof(fc.constant(undefined), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    reason: fc.option(hostileText, { nil: undefined }),
    count: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ detail, source, number, unit, at: when, reason, ...own }) => {
    const sighting = { ...(when !== undefined && { at: when }), place: { source, unit, number } as Place }
    return finding({
      ...own,
      part: own.part as FindingGroup['part'],
      first: sighting,
      last: sighting,
      provenance: { level: 'assumed', reason: own.message },
      ...(detail !== undefined && { detail }),
      ...(reason !== undefined && { accepted: { reason, expires: '2027-01-01' } }),
    })
  })

/** Reports whose every text is hostile. */
export const hostileReport: fc.Arbitrary<CheckReport> = fc
  .record({
    text: hostileText,
    other: hostileText,
    findings: fc.uniqueArray(hostileFinding, { maxLength: 6, selector: ({ id }) => id }),
    from: fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(at)),
  })
  .map(({ text, other, findings, from }) => ({
    ...emptyReport,
    title: text,
    from,
    to: from,
    findings,
    judged: [{ provider: other, kind: 'operation', name: text, count: 1 }],
    unmatched: { count: 1, list: [{ request: text, why: other, count: 1 }] },
    unreadable: { count: 1, list: [{ place: place(1, text), why: other }] },
    unverified: [{ provider: text, why: other, count: 1 }],
    baseline: {
      file: text,
      accepted: 0,
      unused: [{ id: text, reason: other, expires: '2027-01-01' }],
      expired: [{ id: other, reason: text, expires: '2026-01-01' }],
    },
    cases: [
      {
        provider: text,
        name: other,
        summary: text,
        cost: 'free',
        outcome: 'differs',
        expected: text,
        received: other,
        why: text,
      },
    ],
    fidelity: [{ provider: text, name: other, exchanges: 1, score: 0.5, differences: [text, other] }],
  }))

/** Characters that move a cursor, or turn the reading direction. */
export const controls = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u

const escapeCharacter = String.fromCharCode(27)

/** A text for a terminal without its colours. */
export function withoutColors(text: string): string {
  return text.replace(new RegExp(`${escapeCharacter}\\[\\d+m`, 'g'), '')
}
