import { expect, test } from 'vitest'
import {
  type Hostility,
  hostilities,
  makeHostile,
  renameFields,
  setFields,
} from '../../src/double/hostile.ts'

test.each<[Hostility, unknown, unknown]>([
  ['fullWidthDigits', '300.10', '３００.１０'],
  ['fullWidthDigits', 300, 300],
  ['emoji', '书', '书\u{1F9E7}'],
  ['emoji', 'book', 'book'],
  ['numbersAsTexts', 10, '10'],
  ['numbersAsTexts', 0.1, '0.1'],
  ['numbersAsTexts', true, true],
  ['textsAsNumbers', '10', 10],
  ['textsAsNumbers', '0.10', 0.1],
  ['textsAsNumbers', '-5', -5],
  ['textsAsNumbers', '007', '007'],
  ['textsAsNumbers', '12345678901234567890', '12345678901234567890'],
  ['textsAsNumbers', '1e3', '1e3'],
  ['textsAsNumbers', '', ''],
  ['decimals', '10', '10.00'],
  ['decimals', '0.10', '0.1'],
  ['decimals', '10.00', '10'],
  ['decimals', 'x', 'x'],
  ['timeZone', '2026-01-01 09:00:00', '2026-01-01 01:00:00'],
  ['timeZone', '2026-01-01 00:30:00', '2025-12-31 16:30:00'],
  ['timeZone', '2026-13-01 00:30:00', '2026-13-01 00:30:00'],
  ['timeZone', '09:00', '09:00'],
])('%s writes %j as %j', (hostility, value, expected) => {
  expect(makeHostile({ value }, hostility)).toEqual({ value: expected })
  expect(makeHostile({ deep: [{ value }] }, hostility)).toEqual({ deep: [{ value: expected }] })
})

test('a large id is a number with all its digits, of which a careless reader loses the last', () => {
  const text = JSON.stringify(makeHostile({ id: '20260101090000000123456789', no: '0123', n: 1 }, 'bigIds'))
  expect(text).toBe('{"id":20260101090000000123456789,"no":"0123","n":1}')
  expect(String(JSON.parse(text).id)).not.toBe('20260101090000000123456789')
})

test.each(hostilities)('%s leaves what it was given as it was', hostility => {
  const given = {
    a: '10',
    b: [1, { c: '书', d: null, e: '2026-01-01 09:00:00' }],
    id: '12345678901234567890',
  }
  const copy = structuredClone(given)
  makeHostile(given, hostility)
  expect(given).toEqual(copy)
})

test.each<[object, object]>([
  [{ a: 9 }, { a: 9, b: { c: 2, d: [1] } }],
  [{ a: null }, { b: { c: 2, d: [1] } }],
  [{ 'b.c': 9 }, { a: 1, b: { c: 9, d: [1] } }],
  [{ 'b.c': null }, { a: 1, b: { d: [1] } }],
  [{ 'b.d.0': 9 }, { a: 1, b: { c: 2, d: [9] } }],
  [{ 'a.x': 9 }, { a: 1, b: { c: 2, d: [1] }, 'a.x': 9 }],
  [{ 'x.y': 9 }, { a: 1, b: { c: 2, d: [1] }, 'x.y': 9 }],
  [{ nothing: null }, { a: 1, b: { c: 2, d: [1] } }],
])('with %j set it is %j', (fields, expected) => {
  const payload = { a: 1, b: { c: 2, d: [1] } }
  expect(setFields(payload, fields as Record<string, unknown>)).toEqual(expected)
  expect(payload).toEqual({ a: 1, b: { c: 2, d: [1] } })
})

test.each<[Record<string, string>, object]>([
  [{ a: 'x' }, { x: 1, b: { c: 2, d: [{ e: 1 }] } }],
  [{ 'b.c': 'x' }, { a: 1, b: { x: 2, d: [{ e: 1 }] } }],
  [{ 'b.d.0.e': 'x' }, { a: 1, b: { c: 2, d: [{ x: 1 }] } }],
  [
    { 'a.x': 'y', nothing: 'z' },
    { a: 1, b: { c: 2, d: [{ e: 1 }] } },
  ],
])('with %j renamed it is %j, in the same order', (names, expected) => {
  const payload = { a: 1, b: { c: 2, d: [{ e: 1 }] } }
  expect(JSON.stringify(renameFields(payload, names))).toBe(JSON.stringify(expected))
  expect(payload).toEqual({ a: 1, b: { c: 2, d: [{ e: 1 }] } })
})

test('a name that means something to objects is a name like any other', () => {
  const fields = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')
  const changed = setFields({ a: 1 }, fields)
  expect(JSON.parse(JSON.stringify(changed))).toEqual(JSON.parse(JSON.stringify({ a: 1, ...fields })))
  expect(Object.getPrototypeOf(changed)).toBe(Object.prototype)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
