// For every mistake a signature that was made with it, independently of the code that looks for it.
import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import type { Autopsy } from '../../src/signature/index.ts'
import { formMistakes } from '../../src/signature/mistakes/form.ts'
import { mistakes } from '../../src/signature/mistakes/index.ts'
import {
  bodyAutopsy,
  canonical,
  demo,
  digest,
  entries,
  hmac,
  join,
  key,
  md5,
  notification,
  otherKey,
  type Params,
  requestAutopsy,
  type SendOptions,
  sorted,
  vector,
} from './signer.ts'

const { params: minimal } = vector('minimal')
const { params: chinese } = vector('chinese goods name, no mchid')
const { params: special } = vector('plus, ampersand and equals in values')
const { params: withEmpty } = vector('empty value kept')
const { params: withJson } = vector('extend_info json text')
const { body } = notification
const fields = JSON.parse(body) as Params

interface Case {
  readonly id: string
  readonly detail?: string | RegExp
  readonly autopsy: () => Autopsy
}

/** A request with parameters, whose signer hashed this text. */
function signing(
  id: string,
  [params, text, detail]: readonly [Params, string | Uint8Array, (string | RegExp)?],
  options: SendOptions = {},
): Case {
  return {
    id,
    ...(detail !== undefined && { detail }),
    autopsy: () => requestAutopsy(params, md5(text), options),
  }
}

/** A request with the parameters of the first vector that carries this as its signature. */
function carrying(
  id: string,
  [signature, detail]: readonly [string, (string | RegExp)?],
  options: SendOptions = {},
): Case {
  return {
    id,
    ...(detail !== undefined && { detail }),
    autopsy: () => requestAutopsy(minimal, signature, options),
  }
}

/** A notification, for which the app computed the hash of this text. */
function computing(id: string, text: string | Uint8Array, detail?: string | RegExp): Case {
  return {
    id,
    ...(detail !== undefined && { detail }),
    autopsy: () => bodyAutopsy(body, notification.signature, { computed: md5(text) }),
  }
}

const right = canonical(minimal)
const mapped = (params: Params, convert: (value: string) => string): Params =>
  Object.fromEntries(entries(params).map(([name, value]) => [name, convert(value)]))
const without = (params: Params, dropped: string): Params =>
  Object.fromEntries(entries(params).filter(([name]) => name !== dropped))
const formOf = (value: string) => new URLSearchParams({ v: value }).toString().slice(2)
const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
const compact = JSON.stringify(fields)
/** 测试商品 as GBK, by Python. */
const gbk = Buffer.from('b2e2cad4c9ccc6b7', 'hex')
const [beforeChinese = '', afterChinese = ''] = canonical(chinese).split('测试商品')
const chineseAs = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(beforeChinese), bytes, Buffer.from(afterChinese + key)])

const cases: readonly Case[] = [
  signing('unsorted', [minimal, join(entries(minimal)) + key]),
  signing('sortedBackwards', [minimal, join(sorted(minimal).reverse()) + key]),
  signing('sortedIgnoringCase', [{ ...minimal, Zone: '8' }, `${right}&Zone=8${key}`]),
  signing('sortedAsTexts', [{ ...minimal, a: '1', a1: '2' }, `a1=2&a=1&${right}${key}`]),
  signing('sortedByValue', [minimal, join(entries(minimal).sort(([, a], [, b]) => (a < b ? -1 : 1))) + key]),

  signing('emptiesDropped', [withEmpty, canonical(without(withEmpty, 'udid')) + key]),
  signing('emptiesKept', [withEmpty, canonical(withEmpty) + key], {
    account: { ...demo, settings: { emptyParams: 'dropped' } },
  }),
  signing('emptiesAsWords', [withEmpty, `${canonical(withEmpty)}null${key}`, 'null']),
  signing('emptiesAsWords', [withEmpty, `${canonical(withEmpty)}None${key}`, 'None']),

  signing('keyLabel', [minimal, `${right}&key=${key}`, '&key=']),
  signing('keyLabel', [minimal, `${right}&secret=${key}`, '&secret=']),
  signing('keyLabel', [minimal, `${right}key=${key}`, 'key=']),
  signing('keyMissing', [minimal, right, 'nothing in its place']),
  signing('keyMissing', [minimal, `${right}undefined`, 'the word undefined']),
  signing('otherAccountKey', [minimal, right + otherKey, 'that of live']),
  signing('otherCredentialAsKey', [minimal, right + demo.credentials.appCode, 'appCode']),
  signing('otherCredentialAsKey', [minimal, right + demo.credentials.mchid, 'mchid']),
  signing('keyWhitespace', [minimal, `${right}${key}\n`, '\\n behind it']),
  signing('keyWhitespace', [minimal, `${right} ${key}`, 'a space before it']),
  signing('keyWhitespace', [minimal, `${right}"${key}"`, 'in "quotation marks"']),
  signing('keyCase', [minimal, right + key.toLowerCase(), 'to lower case']),
  signing('keyFirst', [minimal, key + right]),
  signing('keyAtBothEnds', [minimal, key + right + key]),
  signing('keyAsParameter', [minimal, canonical({ ...minimal, key }), 'key']),

  signing('valuesEncoded', [minimal, canonical(mapped(minimal, encodeURIComponent)) + key, 'spaces as %20']),
  signing('valuesEncoded', [minimal, canonical(mapped(minimal, formOf)) + key, 'spaces as +']),
  signing('valuesEncoded', [
    chinese,
    canonical(mapped(chinese, value => formOf(value).replace(/%../g, code => code.toLowerCase()))) + key,
    'spaces as +, hex digits in lower case',
  ]),
  signing('plusForSpace', [minimal, canonical(mapped(minimal, value => value.replace(' ', '+'))) + key]),
  signing('valuesDecodedAgain', [
    special,
    canonical(mapped(special, value => value.replace('%20', ' '))) + key,
  ]),
  signing('valuesTrimmed', [
    { ...minimal, goods_name: ' tea ' },
    canonical({ ...minimal, goods_name: 'tea' }) + key,
  ]),
  signing('valuesEscaped', [chinese, `${beforeChinese}\\u6d4b\\u8bd5\\u5546\\u54c1${afterChinese}${key}`]),
  signing('valuesHtmlEscaped', [
    special,
    canonical(mapped(special, value => value.replaceAll('&', '&amp;'))) + key,
  ]),

  {
    id: 'parametersOfBody',
    autopsy: () => bodyAutopsy(body, notification.signature, { computed: md5(canonical(fields) + key) }),
  },
  computing('bodyReserialised', compact + key, 'as JSON.stringify writes it'),
  computing('bodyReserialised', JSON.stringify(fields, null, 2) + key, 'indented by 2'),
  computing('bodyReserialised', body.replace('\\u6d4b\\u8bd5', '测试') + key, /raw UTF-8/),
  computing(
    'bodyReserialised',
    compact.replace('测试', '\\u6d4b\\u8bd5') + key,
    'as PHP json_encode writes it',
  ),
  computing(
    'bodyReserialised',
    JSON.stringify(Object.fromEntries(sorted(fields))) + key,
    'compact, with sorted names',
  ),
  signing('bodySigned', [minimal, new URLSearchParams(minimal).toString() + key]),
  signing('jsonSigned', [minimal, JSON.stringify(minimal) + key, 'as JSON.stringify writes it']),
  signing('formNotEncoded', [special, canonical(special) + key], { body: join(entries(special)) }),
  computing('newlineAtEnd', `${body}\n${key}`, 'with \\n'),
  computing('byteOrderMark', `\ufeff${body}${key}`, 'with'),
  signing('nothingSigned', [minimal, key]),
  computing('nothingSigned', key),

  signing('gbk', [chinese, chineseAs(gbk)]),
  signing('latin1', [chinese, chineseAs(Buffer.from('????'))]),
  signing('utf8Twice', [
    chinese,
    chineseAs(Buffer.from(Buffer.from('测试商品', 'utf8').toString('latin1'), 'utf8')),
  ]),
  signing('utf16', [minimal, Buffer.from(right + key, 'utf16le')]),

  carrying('hmac', [hmac('md5', key, right), 'of the text']),
  carrying('hmac', [hmac('md5', key, right + key), 'of the text with the key']),
  signing('hashedTwice', [minimal, md5(right + key), 'its upper-case hex']),
  signing('hashedTwice', [minimal, md5(right + key).toLowerCase(), 'its lower-case hex']),

  signing('trailingAmpersand', [minimal, `${right}&${key}`]),
  signing('questionMark', [minimal, `?${right}${key}`]),
  signing('otherSeparator', [minimal, right.replaceAll('&', '') + key, 'nothing']),
  signing('otherSeparator', [minimal, right.replaceAll('&', ',') + key, ',']),
  signing('valuesOnly', [
    minimal,
    sorted(minimal)
      .map(([, value]) => value)
      .join('') + key,
  ]),
  signing('withoutEquals', [minimal, sorted(minimal).flat().join('') + key]),
  signing('valuesQuoted', [minimal, canonical(mapped(minimal, value => `"${value}"`)) + key]),
  signing('textCase', [minimal, right.toUpperCase() + key, 'upper']),

  signing('namesChanged', [
    minimal,
    canonical(Object.fromEntries(entries(minimal).map(([name, value]) => [camel(name), value]))) + key,
    'in camel case',
  ]),
  signing('namesChanged', [{ ...minimal, Zone: '8' }, `${right}&zone=8${key}`, 'in lower case']),

  signing('jsonRewritten', [
    withJson,
    canonical({
      ...withJson,
      extend_info: JSON.stringify(JSON.parse(withJson.extend_info ?? ''), null, 1).replace(/\n */g, ''),
    }).replace('",', '", ') + key,
    /^extend_info: /,
  ]),
  signing('numberFormat', [
    minimal,
    canonical({ ...minimal, txamt: '10.00' }) + key,
    'txamt: with two decimals',
  ]),
  signing('numberFormat', [
    minimal,
    canonical({ ...minimal, txamt: '10.0' }) + key,
    'txamt: with one decimal',
  ]),
  signing('numberFormat', [minimal, canonical({ ...minimal, txamt: '0.1' }) + key, 'txamt: divided by 100']),
  signing('numberFormat', [
    { ...minimal, txamt: '123456' },
    canonical({ ...minimal, txamt: '123,456' }) + key,
    'txamt: with thousands separators',
  ]),
  signing('numberFormat', [
    minimal,
    canonical({ ...minimal, out_trade_no: '1234567890123' }) + key,
    'out_trade_no: as a number',
  ]),
  signing('timeFormat', [
    minimal,
    canonical({ ...minimal, txdtm: '2020-04-10T11:45:44' }) + key,
    'txdtm: with a T between date and time',
  ]),
  signing('timeFormat', [
    { ...minimal, txdtm: '2020-04-10 13:45:44' },
    canonical({ ...minimal, txdtm: '2020-04-10 01:45:44' }) + key,
    'txdtm: with a 12-hour clock',
  ]),
  signing('timeFormat', [
    minimal,
    canonical({ ...minimal, txdtm: '2020-04-10 03:45:44' }) + key,
    /^txdtm: eight hours earlier/,
  ]),
  signing('timeTakenTwice', [
    minimal,
    canonical({ ...minimal, txdtm: '2020-04-10 11:45:43' }) + key,
    'txdtm: 1 s earlier',
  ]),

  signing('fieldAdded', [
    minimal,
    canonical({ ...minimal, 'X-QF-APPCODE': String(demo.credentials.appCode) }) + key,
    'X-QF-APPCODE',
  ]),
  signing('fieldAdded', [minimal, canonical({ ...minimal, sign_type: 'MD5' }) + key, 'sign_type']),
  signing('fieldAdded', [minimal, canonical({ ...minimal, sign: '' }) + key, 'sign']),
  signing('fieldAdded', [chinese, canonical({ ...chinese, mchid: 'ZaMVg12345' }) + key, 'mchid']),
  signing('fieldAdded', [minimal, canonical({ ...minimal, udid: '' }) + key, 'udid']),
  ...Object.keys(minimal).map(name =>
    signing('fieldLeftOut', [minimal, canonical(without(minimal, name)) + key, name]),
  ),

  carrying('otherHash', [digest('sha256', right + key), /^SHA256, where MD5/]),
  carrying('otherHash', [md5(right + key), /^MD5, where SHA256/], { headers: { 'x-qf-signtype': 'SHA256' } }),
  carrying('otherHash', [digest('sha1', right + key), /^SHA1/]),
  carrying('otherHash', [digest('sha512', right + key), /^SHA512/]),
  carrying('unknownHashName', [md5(right + key)], { headers: { 'x-qf-signtype': 'SHA1' } }),
  {
    id: 'hexCase',
    detail: 'lower, where upper is expected',
    autopsy: () =>
      bodyAutopsy(body, notification.signature, { computed: notification.signature.toLowerCase() }),
  },
  carrying('base64', [Buffer.from(md5(right + key), 'hex').toString('base64')]),
  carrying('base64', [Buffer.from(md5(right + key)).toString('base64'), 'of its hex digits']),
  carrying('shortHash', [md5(right + key).slice(8, 24)]),
  carrying('keyAsSignature', [key]),
]

test.each(cases.map(each => [`${each.id} ${each.detail ?? ''}`, each] as const))(
  'of a signature made with it, %s is named first and alone',
  (_, { id, detail, autopsy }) => {
    const { verdict, computedVerdict, causes } = autopsy()
    expect(computedVerdict ?? verdict).toBe('mismatch')
    expect(causes[0]?.mistakes).toMatchObject([{ id }])
    if (detail !== undefined) {
      const found = causes[0]?.mistakes[0]?.detail ?? ''
      if (typeof detail === 'string') expect(found).toBe(detail)
      else expect(found).toMatch(detail)
    }
  },
)

test('there is no mistake without such a signature', () => {
  const ids = [...mistakes, ...formMistakes].map(({ id }) => id)
  expect([...new Set(cases.map(({ id }) => id))].sort()).toEqual(ids.sort())
})

test('every mistake says why it matters and how to mend it', () => {
  for (const { title, explanation, remedy } of [...mistakes, ...formMistakes]) {
    expect(title).toMatch(/^[a-z].*[^.]$/)
    expect(explanation).toMatch(/^[A-Z].*\.$/)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
  }
})

const pairs: readonly (readonly [ids: readonly string[], autopsy: () => Autopsy])[] = [
  [['unsorted', 'keyLabel'], () => requestAutopsy(minimal, md5(`${join(entries(minimal))}&key=${key}`))],
  [['unsorted', 'hmac'], () => requestAutopsy(minimal, hmac('md5', key, join(entries(minimal))))],
  [
    ['valuesEncoded', 'unsorted'],
    () => requestAutopsy(minimal, md5(join(entries(mapped(minimal, encodeURIComponent))) + key)),
  ],
  [['keyMissing', 'gbk'], () => requestAutopsy(chinese, md5(chineseAs(gbk).subarray(0, -key.length)))],
  [
    ['fieldLeftOut', 'unsorted'],
    () => requestAutopsy(minimal, md5(join(entries(without(minimal, 'mchid'))) + key)),
  ],
  [
    ['emptiesDropped', 'otherAccountKey'],
    () => requestAutopsy(withEmpty, md5(canonical(without(withEmpty, 'udid')) + otherKey)),
  ],
  [['unsorted', 'otherHash'], () => requestAutopsy(minimal, digest('sha256', join(entries(minimal)) + key))],
  [
    ['numberFormat', 'unsorted'],
    () => requestAutopsy(minimal, md5(join(entries({ ...minimal, txamt: '10.00' })) + key)),
  ],
  [
    ['bodyReserialised', 'hexCase'],
    () => bodyAutopsy(body, notification.signature, { computed: md5(compact + key).toLowerCase() }),
  ],
  [
    ['parametersOfBody', 'keyLabel'],
    () => bodyAutopsy(body, notification.signature, { computed: md5(`${canonical(fields)}&key=${key}`) }),
  ],
  [
    ['parametersOfBody', 'valuesEncoded', 'hexCase'],
    () =>
      bodyAutopsy(body, notification.signature, {
        computed: md5(canonical(mapped(fields, encodeURIComponent)) + key).toLowerCase(),
      }),
  ],
  [
    ['unsorted', 'keyLabel', 'otherHash', 'base64'],
    () =>
      requestAutopsy(
        minimal,
        Buffer.from(digest('sha256', `${join(entries(minimal))}&key=${key}`), 'hex').toString('base64'),
      ),
  ],
]

test.each(pairs)('mistakes made together are found together: %j', (ids, autopsy) => {
  expect(autopsy().causes[0]?.mistakes.map(({ id }) => id)).toEqual(ids)
})

test('the text that was signed is the one that the test has hashed', () => {
  const text = `${join(entries(minimal))}&key=`
  expect(requestAutopsy(minimal, md5(text + key)).causes[0]?.signed).toBe(`${text}TEST…0000`)
})
