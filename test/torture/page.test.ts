import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hooks } from '../../src/torture/app.ts'
import { defaultInvariants, stepSchema } from '../../src/torture/index.ts'
import { root } from '../harness/cli.ts'

const page = readFileSync(join(root, 'docs/torture.md'), 'utf8')

test('the page names all invariants, functions and steps', () => {
  for (const { id } of defaultInvariants) expect(page).toContain(`| \`${id}\` |`)
  for (const hook of hooks) expect(page).toMatch(new RegExp(`^\\| \`${hook}\\(`, 'm'))
  for (const { shape } of stepSchema.options) {
    const { do: what, ...fields } = shape
    expect(page).toContain(`| \`${what.value}\` |`)
    for (const field of Object.keys(fields)) expect(page).toContain(`\`${field}\``)
  }
})
