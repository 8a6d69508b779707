// The list of simulators. A provider is one line here, one in contracts/index.ts, and a folder under each.
import { dmsSimulator } from './dms/simulator.ts'
import { its500Simulator } from './its500/simulator.ts'
import { qfpaySimulator } from './qfpay/simulator.ts'
import { vvtoolSimulator } from './vvtool/simulator.ts'

export const simulators = [vvtoolSimulator, its500Simulator, dmsSimulator, qfpaySimulator] as const
