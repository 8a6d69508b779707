// The list of contracts. A provider is one line here, one in mocks/index.ts, and a folder under each.
import { dms } from './dms/contract.ts'
import { its500 } from './its500/contract.ts'
import { qfpay } from './qfpay/contract.ts'
import { vvtool } from './vvtool/contract.ts'

export { dms, its500, qfpay, vvtool }

export const contracts = [vvtool, its500, dms, qfpay] as const
