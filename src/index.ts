// The entry point `paydouble`: what one writes contracts, simulators and configurations with.
export { defineConfig, type PaydoubleConfig } from './config.ts'
export { decodeForm, encodeForm, FormError } from './contract/codec/form.ts'
export { decodeJsonObject, JsonError, toPythonJson } from './contract/codec/json.ts'
export { toFen, toYuan } from './contract/codec/money.ts'
export { decodeUtf8, isCleanText } from './contract/codec/text.ts'
export { formatCompactTime, formatTime, isTime } from './contract/codec/time.ts'
export * from './contract/index.ts'
export { deliverWith } from './doors/deliver.ts'
export { type HttpDoor, type HttpDoorOptions, openHttpDoor } from './doors/http.ts'
export { createSender, type SenderOptions } from './doors/sender.ts'
export type { Accounts } from './double/accounts.ts'
export type { CallbackControl, ResendChanges, Wanted } from './double/callback-control.ts'
export type { CallbackRequest, Deliver } from './double/callbacks.ts'
export { type Clock, createManualClock, createSystemClock } from './double/clock.ts'
export type { ClockControl } from './double/clock-control.ts'
export {
  type AssembleOptions,
  assembleDouble,
  type Double,
  type RetentionOptions,
} from './double/double.ts'
export { assertSignatures, explainDelivery, explainLastMismatch } from './double/explain.ts'
export { type Fault, faultHeader, faultSchema, type NetworkFault } from './double/fault.ts'
export type { Rule, RuleFilter } from './double/faults.ts'
export type { Exchange, JournalFilter, JournalPage } from './double/journal.ts'
export type { Answer } from './double/network.ts'
export type { Payer, Payment, PayOptions } from './double/payer.ts'
export { type Plan, planSchema } from './double/plan.ts'
export * from './double/random.ts'
export { type Duration, deliver, type Schedule, type ScheduleBuilder, type Send } from './double/schedule.ts'
export type { Fired } from './double/scheduler.ts'
export {
  type AccountSeed,
  type Context,
  defineSimulator,
  expiryOf,
  type OrderDraft,
  type OutgoingCallback,
  type Simulator,
  toPage,
} from './double/simulator.ts'
export type { LoadStateOptions, StateControl } from './double/state-control.ts'
export {
  type Autopsy,
  type Cause,
  type Difference,
  type Direction,
  type ExplainOptions,
  type Explanation,
  explainSignature,
  type FoundMistake,
  type KnownAccount,
  type SignedMessage,
  toAutopsyText,
  type Unsigned,
} from './signature/index.ts'
export type { Account, Attempt, Delivery, Order } from './store/records.ts'
export { createSqliteStore } from './store/sqlite.ts'
export type {
  DeliveryFilter,
  OrderFilter,
  Page,
  PageRequest,
  Store,
  StoreOptions,
} from './store/store.ts'
