// The commands of docs/diff.md are run, and print what stands below them.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../harness/cli.ts'
import { renderPage } from '../harness/document.ts'

// After a change, `npx vitest run test/diff/docs.test.ts -u` writes the outputs anew.
test('docs/diff.md says what is so', async () => {
  const { text } = await renderPage('docs/diff.md')
  await expect(text).toMatchFileSnapshot(join(root, 'docs/diff.md'))
})
