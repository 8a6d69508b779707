import { expect, test } from 'vitest'
import { pageOf, toPage } from '../../src/double/simulator.ts'

test('an answer is a page only where it was made one, whatever its fields are called', () => {
  expect(pageOf(toPage('<html></html>'))).toBe('<html></html>')
  expect(pageOf({ page: '1' })).toBeUndefined()
})
