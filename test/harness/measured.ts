import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { HttpLimits } from '../../src/doors/http/limits.ts'
import { cleanEnvironment, stop } from './cli.ts'

export interface Measured {
  readonly port: number
  /** Bytes that are in use, after garbage was collected. */
  memory(): Promise<number>
  stop(): Promise<number | null>
}

/** Starts a server in a process of its own. */
export async function startMeasured(limits: Partial<HttpLimits> = {}): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'measured-server.ts'), [JSON.stringify(limits)], {
    execArgv: [],
    silent: true,
    env: cleanEnvironment(),
  })
  const port = await portOf(child)
  return {
    port,
    memory() {
      const answered = nextMessage(child)
      child.send('memory')
      return answered
    },
    stop: () => stop(child),
  }
}

/** From the line that `serve` prints. What it logs is read as well, as a terminal would. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', data => {
      text = (text + data).slice(-1000)
    })
    child.once('exit', code => reject(new Error(`the server ended with ${code}: ${text}`)))
    child.stdout?.once('data', line => resolve(Number(new URL(JSON.parse(line).url).port)))
  })
}

function nextMessage(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the server ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', message => {
      child.off('exit', onExit)
      resolve(message as number)
    })
  })
}
