// The contract runner: exchanges against contracts, to findings, to reports.
export {
  applyBaseline,
  type Baseline,
  emptyBaseline,
  readBaseline,
  showBaseline,
  type UpdateOptions,
  updateBaseline,
} from './baseline.ts'
export { type Check, type CheckOptions, createCheck, type Judgement, type Progress } from './check.ts'
export { createObserver, type Observed, type ObserveOptions, type Observer } from './evidence/observer.ts'
export {
  type About,
  type Capture,
  type CapturedBody,
  type CapturedExchange,
  type CapturedRequest,
  type CapturedResponse,
  type CaptureItem,
  isUnreadable,
  type MaskedPart,
  type Place,
  showPlace,
  type Unreadable,
} from './exchange.ts'
export { createReplay, type Replay, type ReplayOptions } from './fidelity/replay.ts'
export {
  type FindingGroup,
  factPathOf,
  idOf,
  type LocatedFinding,
  type Part,
  type Party,
  type Sighting,
} from './findings.ts'
export { type CheckAccount, secretsOf } from './known-accounts.ts'
export { type LiveOptions, runCases } from './live.ts'
export { countCases } from './live-plan.ts'
export { createMask, type Mask } from './mask.ts'
export { type MaskedExchange, maskExchange } from './mask-exchange.ts'
export { type CheckProxy, openProxy, type ProxyOptions } from './proxy.ts'
export { createRecorder, type Recorder } from './record.ts'
export {
  type AcceptedFinding,
  type BaselineOutcome,
  type CaseOutcome,
  type CheckReport,
  type EarlyEnd,
  type FailOn,
  type FidelityScore,
  hasFailed,
  isDifferent,
  isFailing,
  type JudgedCount,
  type Listed,
  type Unmatched,
  type UnreadablePart,
  type Unverified,
} from './report.ts'
export {
  type AnnotationOptions,
  type FactLines,
  type FileFormat,
  type JsonReport,
  jsonReportSchema,
  type MarkdownOptions,
  type ReportOptions,
  reportFormats,
  type TerminalOptions,
  toAnnotations,
  toHtml,
  toJson,
  toJunitXml,
  toMarkdown,
  toReportText,
  toSarif,
  toTerminalText,
} from './reports/index.ts'
export type { ReportTitle } from './results.ts'
export { failureOf, openCapture, readCapture, readOpen } from './sources/capture.ts'
export { type Verdict, verdictOf } from './verdict.ts'
