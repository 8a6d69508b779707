// The names that `paydouble/runner` and `paydouble/vitest` have: what is added or taken away is meant to be.
import { expect, test } from 'vitest'
import * as matchers from '../../mocks/vitest.ts'
import * as runner from '../../src/runner/index.ts'

test('paydouble/runner has these names', () => {
  expect(Object.keys(runner).sort()).toMatchInlineSnapshot()
})

test('paydouble/vitest has these names', () => {
  expect(Object.keys(matchers).sort()).toMatchInlineSnapshot()
})

test('a report is of the version of this package, unless another one is given', () => {
  const end = (version?: string) =>
    runner.createCheck({ contracts: [] }).end({ title: 'nothing', ...(version !== undefined && { version }) })
  expect(end().version).toMatch(/^\d+\.\d+\.\d+/)
  expect(end('my log').version).toBe('my log')
})

test('every report can be had from code', () => {
  const report = runner.createCheck({ contracts: [] }).end({ title: 'last night' })
  const { toAnnotations, toHtml, toJson, toJunitXml, toMarkdown, toSarif, toTerminalText } = runner
  for (const write of [toAnnotations, toHtml, toJson, toJunitXml, toMarkdown, toSarif, toTerminalText])
    expect(write(report)).not.toBe('')
})
