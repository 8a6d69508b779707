// The entry point `paydouble/msw`.
export type { MemoryDatabase } from '../src/store/memory.ts'
export type { Account, Delivery, Order } from '../src/store/records.ts'
export { type CreateDoubleOptions, createDouble, type TestDouble } from './double.ts'
export { simulators } from './index.ts'
