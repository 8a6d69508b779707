// The entry point `paydouble/msw`.

export { deliver } from '../src/double/schedule.ts'
export type { MemoryDatabase } from '../src/store/memory.ts'
export type { Account, Delivery, Order } from '../src/store/records.ts'
export { type CreateDoubleOptions, createDouble, type TestDouble } from './double.ts'
export { simulators } from './index.ts'
