// The contract runner: exchanges against contracts, to findings, to reports.
export * from './baseline.ts'
export { type Check, type CheckOptions, createCheck, type Judgement } from './check.ts'
export { createObserver, type Observed, type ObserveOptions, type Observer } from './evidence/observer.ts'
export * from './exchange.ts'
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
export { createRecorder, type Recorder } from './record.ts'
export * from './report.ts'
export { toTerminalText } from './reports/terminal.ts'
export { failureOf, openCapture, readCapture, readOpen } from './sources/capture.ts'
export { type Verdict, verdictOf } from './verdict.ts'
