// The entry point `paydouble/torture`. It alone needs fast-check, so that nothing else loads it.
export type { AppOrder, Placing, TortureApp } from './app.ts'
export { defineTorture, type Running, type StartedApp, type TortureConfig } from './config.ts'
export { connect } from './connect.ts'
export { type Breach, defaultInvariants, defineInvariant, type Invariant } from './invariants.ts'
export {
  expectUnbroken,
  type InvariantReport,
  type Smallest,
  type TortureReport,
  toText,
} from './report.ts'
export type { Moment, Run, Truth } from './run.ts'
export { type Step, stepSchema, type TortureSchedule, tortureScheduleSchema } from './steps.ts'
export type { TorturedDouble } from './target.ts'
export { type TortureOptions, torture } from './torture.ts'
