import { expect, test } from 'vitest'
import { createSlots } from '../../src/doors/slots.ts'

const { signal } = new AbortController()

/** Enters for each of the names, and tells in which order they came in. */
function enterAll(slots: ReturnType<typeof createSlots>, names: readonly string[]): string[] {
  const inside: string[] = []
  for (const [index, name] of names.entries())
    slots.enter(name, signal).then(() => inside.push(`${name}${index}`))
  return inside
}

test('of a name only so many are inside, and the others follow in their order', async () => {
  const slots = createSlots(2)
  const inside = enterAll(slots, ['a', 'a', 'a', 'a', 'b'])
  await turn()
  expect(inside).toEqual(['a0', 'a1', 'b4'])
  slots.leave('a')
  slots.leave('b')
  await turn()
  expect(inside).toEqual(['a0', 'a1', 'b4', 'a2'])
  slots.leave('a')
  await turn()
  expect(inside).toEqual(['a0', 'a1', 'b4', 'a2', 'a3'])
})

test('who gives up while he waits keeps nobody from his turn', async () => {
  const slots = createSlots(1)
  const leaving = new AbortController()
  await slots.enter('a', signal)
  const given = slots.enter('a', leaving.signal)
  const inside = enterAll(slots, ['a'])
  leaving.abort(new Error('no longer wanted'))
  await expect(given).rejects.toThrow('no longer wanted')
  slots.leave('a')
  await turn()
  expect(inside).toEqual(['a0'])
  slots.leave('a')
  expect(enterAll(slots, ['a', 'a'])).toEqual([])
  await turn()
})

test('a room that was left is as free as before', async () => {
  const slots = createSlots(1)
  for (let round = 0; round < 3; round++) {
    await slots.enter('a', signal)
    slots.leave('a')
  }
  const inside = enterAll(slots, ['a', 'a'])
  await turn()
  expect(inside).toEqual(['a0'])
})

test('a queue of thousands keeps its order', async () => {
  const slots = createSlots(1)
  const names = Array.from({ length: 5000 }, () => 'a')
  const inside = enterAll(slots, names)
  for (const _ of names) {
    await turn()
    slots.leave('a')
  }
  expect(inside).toEqual(names.map((name, index) => `${name}${index}`))
})

test('nobody enters whose signal has fired', async () => {
  await expect(createSlots(1).enter('a', AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
})

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
