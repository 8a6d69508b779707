import type { Command } from 'commander'
import { toMilliseconds, toMoment } from '../double/clock.ts'
import { addUrlFlag, callControl, type DoubleAddress } from './remote.ts'

interface ClockAnswer {
  readonly kind: string
  readonly time: string
  readonly fired?: readonly {
    readonly kind: string
    readonly at: number
    readonly order: string
    readonly delivery?: string
    readonly status: string
  }[]
}

interface Flags extends DoubleAddress {
  json?: boolean
}

export function addClock(program: Command): void {
  const clock = program.command('clock').description('the clock of a running double')
  const add = (name: string, description: string, toMove: (argument: string) => object | undefined) =>
    addUrlFlag(
      clock.command(name).description(description).option('--json', 'print the whole answer as JSON'),
    ).action(async (...given: unknown[]) => {
      const isWithArgument = name.includes('<')
      const flags = given[isWithArgument ? 1 : 0] as Flags
      const move = toMove(isWithArgument ? String(given[0]) : '')
      const answer = await callControl(flags, move ? 'POST' : 'GET', 'api/clock', move)
      process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : toText(answer as ClockAnswer))
    })
  add('now', 'print the time', () => undefined)
  add('advance <duration>', 'move on, such as 30m; what falls due on the way happens', duration => ({
    advance: toMilliseconds(duration),
  }))
  add('set <moment>', 'move on to a moment: ISO 8601, or milliseconds since 1970', moment => ({
    set: toMoment(/^\d+$/.test(moment) ? Number(moment) : moment),
  }))
  add('freeze', 'stand still', () => ({ freeze: true }))
  add('resume', 'run with real time, from where it stands', () => ({ resume: true }))
}

function toText({ kind, time, fired = [] }: ClockAnswer): string {
  const lines = fired.map(({ kind, at, order, delivery, status }) => {
    const what = delivery === undefined ? `order ${order}` : `callback ${delivery} of the order ${order}`
    return `${new Date(at).toISOString()}  ${kind}: ${what} is ${status}`
  })
  return `${[...lines, `${time} (${kind} clock)`].join('\n')}\n`
}
