// `paydouble check`: does a real provider still do what its document says?
import type { Command } from 'commander'
import { addCheckCapture } from './check-capture.ts'
import { addCheckLive } from './check-live.ts'
import { addCheckProxy } from './check-proxy.ts'

export function addCheck(program: Command): void {
  const check = program.command('check').description('hold real traffic against the contracts')
  addCheckCapture(check)
  addCheckLive(check)
  addCheckProxy(check)
}
