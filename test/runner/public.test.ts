// The names that `paydouble/runner` and `paydouble/vitest` have: what is added or taken away is meant to be.
import { expect, test } from 'vitest'
import * as matchers from '../../mocks/vitest.ts'
import * as runner from '../../src/runner/index.ts'
import { version } from '../../src/version.ts'

test('paydouble/runner has these names', () => {
  expect(Object.keys(runner).sort()).toMatchInlineSnapshot(`
    [
      "applyBaseline",
      "countCases",
      "createCheck",
      "createMask",
      "createObserver",
      "createRecorder",
      "createReplay",
      "emptyBaseline",
      "factPathOf",
      "failureOf",
      "hasFailed",
      "idOf",
      "isDifferent",
      "isFailing",
      "isUnreadable",
      "jsonReportSchema",
      "maskExchange",
      "openCapture",
      "openProxy",
      "readBaseline",
      "readCapture",
      "readOpen",
      "reportFormats",
      "runCases",
      "secretsOf",
      "showBaseline",
      "showPlace",
      "toAnnotations",
      "toHtml",
      "toJson",
      "toJunitXml",
      "toMarkdown",
      "toReportText",
      "toSarif",
      "toTerminalText",
      "updateBaseline",
      "verdictOf",
    ]
  `)
})

test('paydouble/vitest has these names', () => {
  expect(Object.keys(matchers).sort()).toMatchInlineSnapshot(`
    [
      "contracts",
      "createMatchers",
      "observe",
    ]
  `)
})

test('a report is of the version of this package, unless another one is given', () => {
  const end = (given?: string) =>
    runner
      .createCheck({ contracts: [] })
      .end({ title: 'nothing', ...(given !== undefined && { version: given }) })
  expect(end().version).toBe(version)
  expect(end('my log').version).toBe('my log')
})

test('every report can be had from code', () => {
  const report = runner.createCheck({ contracts: [] }).end({ title: 'last night' })
  const { toAnnotations, toHtml, toJson, toJunitXml, toMarkdown, toSarif, toTerminalText } = runner
  for (const write of [toAnnotations, toHtml, toJson, toJunitXml, toMarkdown, toSarif, toTerminalText])
    expect(write(report)).not.toBe('')
})
