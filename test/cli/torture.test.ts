// The command, with the configurations of the example shops.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { TortureReport } from '../../src/torture/index.ts'
import { bin, paydouble, root, run, serve } from '../harness/cli.ts'

const shop = 'examples/shop/paydouble.torture.ts'
const careless = 'examples/careless-shop/paydouble.torture.ts'

/** A configuration in a folder that git does not see, from which the package can be imported by its name. */
function configuration(source: string): string {
  const folder = mkdtempSync(join(root, 'dist/torture-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'app.ts')
  writeFileSync(file, source)
  return file
}

test('an app that holds ends with 0', async () => {
  const { code, stdout, stderr } = await paydouble(['torture', '--config', shop, '--runs', '50'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^50 schedules .*against qfpay, seed 1: nothing is broken$/m)
})

test('an app that breaks ends with 1, and each line of the report reproduces what it is about', async () => {
  const { code, stdout } = await paydouble(['torture', '--config', careless, '--runs', '150', '--json'])
  expect(code).toBe(1)
  const report: TortureReport = JSON.parse(stdout)
  const broken = report.invariants.filter(({ verdict }) => verdict === 'broken')
  expect(broken.length).toBeGreaterThan(3)
  for (const { id, smallest } of broken) {
    const line = (smallest?.command ?? '').replace(/^npx paydouble /, `"${process.execPath}" "${bin}" `)
    const again = await run('bash', ['-c', line])
    expect([again.code, again.stdout]).toEqual([1, expect.stringMatching(new RegExp(`^BROKEN +${id} `, 'm'))])
    expect(again.stdout).toContain(`  got:      ${smallest?.got}\n`)
    expect(again.stdout).toMatch(/^1 schedule against qfpay/)
  }
})

test('a schedule that breaks one app can be replayed against another', async () => {
  const schedule = '{"steps":[{"do":"pay"},{"do":"expire"}]}'
  expect(await paydouble(['torture', '--config', careless, '--replay', schedule])).toMatchObject({ code: 1 })
  expect(await paydouble(['torture', '--config', shop, '--replay', schedule])).toMatchObject({ code: 0 })
})

test('--seed and --runs say what is generated; the same seed gives the same report', async () => {
  const args = ['torture', '--config', careless, '--runs', '30', '--seed', '9', '--json']
  const [first, second] = [await paydouble(args), await paydouble(args)]
  expect(JSON.parse(first.stdout)).toMatchObject({ seed: 9, schedules: 30 })
  expect(second.stdout).toBe(first.stdout)
})

test('--url has the app run against a double that runs already', async () => {
  const { url } = await serve(['--port', '0', '--json', '--no-rate-limits'])
  const args = ['torture', '--config', careless, '--runs', '20', '--json']
  const there = await paydouble([...args, '--url', url, '--seed', '1'])
  const here = await paydouble(args)
  expect(there.code).toBe(1)
  expect(JSON.parse(there.stdout)).toEqual(JSON.parse(here.stdout))
})

test('an app that leaves a server open does not keep the command from its end', async () => {
  const file = configuration(`
import { createServer } from 'node:http'
import { defineTorture } from 'paydouble/torture'
export default defineTorture({
  provider: 'qfpay',
  runs: 2,
  app: () => {
    createServer().listen(0)
    return { placeOrder: () => 'a', getOrder: () => ({ status: 'pending', credited: 0 }) }
  },
})
`)
  expect(await paydouble(['torture', '--config', file])).toMatchObject({ code: 0 })
})

test('an app that never answers is reported, and the command ends', async () => {
  const file = configuration(`
import { defineTorture } from 'paydouble/torture'
export default defineTorture({
  provider: 'qfpay',
  patienceMs: 50,
  app: { placeOrder: () => new Promise(() => {}), getOrder: () => ({ status: 'pending', credited: 0 }) },
})
`)
  const { code, stdout } = await paydouble(['torture', '--config', file])
  expect(code).toBe(1)
  expect(stdout).toContain('Stopped early: 1 of 1000 schedules were played, because the app did not answer.')
  expect(stdout).toContain('placeOrder() did not come to an end within 50 ms')
})

const app = "app: { placeOrder: () => 'a', getOrder: () => ({ status: 'pending', credited: 0 }) }"

test.each([
  [
    'an unknown key',
    `export default { provider: 'qfpay', ${app}, colour: 1 }`,
    /no key "colour"; allowed are provider, app/,
  ],
  ['no app', "export default { provider: 'qfpay' }", /"app" is not right/],
  ['an app without its functions', "export default { provider: 'qfpay', app: {} }", /no placeOrder\(\)/],
  [
    'a hook that is no function',
    "export default { provider: 'qfpay', app: { poll: 5 } }",
    /"app\.poll".*no function/,
  ],
  ['runs that are none', `export default { provider: 'qfpay', ${app}, runs: -1 }`, /"runs" is not right/],
  ['an unknown provider', `export default { provider: 'paypal', ${app} }`, /"paypal".*qfpay/],
  [
    'an app that does not start',
    "export default { provider: 'qfpay', app: () => { throw new Error('no port') } }",
    /start the app: no port/,
  ],
  ['no default export', 'export const a = 1', /defineTorture/],
  ['no JavaScript', 'export default {{', /Failed to read the configuration/],
])('a configuration with %s is a mistake of the caller', async (_, source, message) => {
  expect(await paydouble(['torture', '--config', configuration(source)])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(message),
  })
})

test.each([
  [['--config', 'nowhere.ts'], /nowhere\.ts: there is no such file/],
  [[], /no paydouble\.torture\.ts here/],
  [['--config', shop, '--replay', 'steps'], /--replay: it is no JSON/],
  [['--config', shop, '--replay', '{"steps":[{"do":"explode"}]}'], /steps\.0.*one of place, pay/],
  [['--config', shop, '--runs', 'many'], /--runs "many"/],
  [['--config', shop, '--runs', '0'], /"runs" is 0/],
])('%j is refused', async (args, message) => {
  expect(await paydouble(['torture', ...args])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(message),
  })
})
