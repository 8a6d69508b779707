import type { Command } from 'commander'
import type { Delivery } from '../store/records.ts'
import { readJsonObject } from './json-flag.ts'
import { addUrlFlag, callControl, type DoubleAddress } from './remote.ts'

interface Flags extends DoubleAddress {
  json?: boolean
}

export function addCallbacks(program: Command): void {
  const callbacks = program.command('callbacks').description('the callbacks of a running double')
  const add = (command: Command) =>
    addUrlFlag(command.option('--json', 'print the whole answer as JSON')) as Command

  add(callbacks.command('list').description('the newest callbacks, with what came of them'))
    .option('--order <id>', 'only those of this order')
    .action(async ({ order, ...flags }: Flags & { order?: string }) => {
      const query = order === undefined ? '' : `?order=${encodeURIComponent(order)}`
      printAll(await callControl(flags, 'GET', `api/deliveries${query}`), flags, 'no callbacks')
    })
  add(callbacks.command('wait').description('wait until callbacks of an order have been tried'))
    .argument('<order>', 'id of the order')
    .option('--times <number>', 'how many attempts', '1')
    .option('--timeout <ms>', 'milliseconds until it gives up', '5000')
    .action(
      async (order: string, { times, timeout, ...flags }: Flags & { times: string; timeout: string }) => {
        const query = new URLSearchParams({ order, times, timeoutMs: timeout })
        printAll(await callControl(flags, 'GET', `api/deliveries/wait?${query}`), flags)
      },
    )
  add(callbacks.command('resend').description('send a callback once more'))
    .argument('<delivery>', 'id of the delivery')
    .option('--body <text>', 'send this instead')
    .option('--sign', 'sign the body anew')
    .action(async (id: string, { body, sign, ...flags }: Flags & { body?: string; sign?: boolean }) => {
      const changes = { ...(body !== undefined && { body }), ...(sign && { sign }) }
      const path = `api/deliveries/${encodeURIComponent(id)}/resend`
      print(await callControl(flags, 'POST', path, changes), flags)
    })
  add(callbacks.command('send').description('send what a callback would say if the order were paid'))
    .argument('<order>', 'id of the order')
    .argument('[json]', 'how, such as \'{"amount":1,"sign":"none"}\'', '{}')
    .action(async (order: string, json: string, flags: Flags) => {
      const path = `api/orders/${encodeURIComponent(order)}/callbacks`
      print(await callControl(flags, 'POST', path, readJsonObject(json, 'the callback')), flags)
    })
  add(
    callbacks.command('outbox').description('the callbacks that wait to be fetched, where none are sent'),
  ).action(async (flags: Flags) =>
    printAll(
      await callControl(flags, 'GET', 'api/outbox'),
      flags,
      'no callback is due in the outbox; a double that was not started with --callbacks pull sends them instead',
    ),
  )
  add(callbacks.command('reply').description('tell what the merchant answered to a callback of the outbox'))
    .argument('<delivery>', 'id of the delivery')
    .argument('<status>', 'HTTP status of the answer')
    .argument('[body]', 'text of the answer', '')
    .action(async (id: string, status: string, body: string, flags: Flags) => {
      const path = `api/deliveries/${encodeURIComponent(id)}/reply`
      print(await callControl(flags, 'POST', path, { status: Number(status), body }), flags)
    })
}

/** @param nothing what is printed where there are none */
function printAll(answer: unknown, flags: Flags, nothing = ''): void {
  if (flags.json) {
    print(answer, flags)
    return
  }
  const { items } = answer as { items: Delivery[] }
  for (const delivery of items) print(delivery, flags)
  if (items.length === 0 && nothing !== '') process.stdout.write(`${nothing}\n`)
}

function print(answer: unknown, { json }: Flags): void {
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : toText(answer as Delivery))
}

function toText({ id, callback, order, url, status, attempts, dueAt }: Delivery): string {
  const lines = attempts.map(({ at, status: code, error, acknowledged }) => {
    const what = error ?? `HTTP ${code}`
    return `  ${new Date(at).toISOString()}  ${what}${acknowledged ? ', acknowledged' : ''}`
  })
  const next = dueAt === null ? '' : `, next attempt at ${new Date(dueAt).toISOString()}`
  return `${id}  "${callback}" of ${order} to ${url}: ${status}${next}\n${lines.map(line => `${line}\n`).join('')}`
}
