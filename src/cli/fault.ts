import type { Command } from 'commander'
import type { Rule } from '../double/faults.ts'
import { readJsonObject, readPlan } from './json-flag.ts'
import { addUrlFlag, callControl, type DoubleAddress } from './remote.ts'

export function addFault(program: Command): void {
  const fault = program.command('fault').description('what goes wrong on purpose in a running double')
  addUrlFlag(
    fault
      .command('add')
      .description('have something go wrong')
      .argument('<json>', 'a fault, such as \'{"provider":"…","error":"1205"}\''),
  ).action(async (json: string, double: DoubleAddress) => {
    print(await callControl(double, 'POST', 'api/faults', readJsonObject(json, 'the fault')))
  })
  addUrlFlag(fault.command('list').description('what is not used up, in its order')).action(list)
  addUrlFlag(
    fault
      .command('remove')
      .description('take faults away')
      .argument('[id]', 'the one to take away; all of them if not given'),
  ).action(async (id: string | undefined, double: DoubleAddress) => {
    await callControl(
      double,
      'DELETE',
      id === undefined ? 'api/faults' : `api/faults?id=${encodeURIComponent(id)}`,
    )
    await list(double)
  })
  addUrlFlag(
    fault
      .command('plan')
      .description('make the double new, with the seed and the faults of a plan')
      .argument('<json>', 'a plan, such as \'{"seed":7,"faults":[…]}\''),
  ).action(async (json: string, double: DoubleAddress) => {
    print(await callControl(double, 'POST', 'api/plan', readPlan(json, 'the plan')))
  })
}

async function list(double: DoubleAddress): Promise<void> {
  const { items } = (await callControl(double, 'GET', 'api/faults')) as { items: Rule[] }
  for (const { id, fault, left } of items) {
    process.stdout.write(`${id}  ${left === null ? 'always' : `${left} left`}  ${JSON.stringify(fault)}\n`)
  }
  if (items.length === 0) process.stdout.write('nothing goes wrong on purpose\n')
}

function print(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
