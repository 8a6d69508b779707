// The package as it is published: packed, installed in an empty folder, and used.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, run, startServer } from './harness/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'paydouble-package-'))
const npm = (args: readonly string[], cwd: string) => run('npm', args, { cwd })
let tarball = ''

beforeAll(async () => {
  // Without its scripts, because the build is there and other tests run it.
  const packed = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)
  const [info] = Object.values(JSON.parse(packed.stdout) as Record<string, { filename: string }>)
  tarball = join(folder, info?.filename ?? '')
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/msw/package.json'), 'utf8'))
  const installed = await npm(
    ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball, `msw@${version}`],
    folder,
  )
  if (installed.code !== 0) throw new Error(installed.stderr)
}, 180_000)

afterAll(() => rmSync(folder, { recursive: true }))

test('npx paydouble runs', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(await npm(['exec', '--', 'paydouble', '--version'], folder)).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
  })
})

test('the installed command serves', async () => {
  const { url } = await startServer(join(folder, 'node_modules/.bin/paydouble'), ['serve', '--port', '0'], {
    cwd: folder,
  })
  expect(await (await fetch(`${url}/_paydouble/health`)).json()).toMatchObject({ status: 'ok' })
})

test('the installed command prints the documents', async () => {
  const printed = await npm(['exec', '--', 'paydouble', 'spec', 'dms'], folder)
  expect(printed.stdout).toBe(readFileSync(join(root, 'specs/dms.openapi.yaml'), 'utf8'))
})

test('the installed command runs where nothing can be kept beside it', async () => {
  const kept = join(folder, 'node_modules/paydouble/.cache')
  rmSync(kept, { recursive: true, force: true })
  writeFileSync(kept, '')
  const asked = await run(join(folder, 'node_modules/.bin/paydouble'), ['--version'], { cwd: folder })
  rmSync(kept)
  expect(asked).toMatchObject({ code: 0, stderr: '' })
})

test('a test file can import what the README imports, with types', async () => {
  const source = `
import { setupServer } from 'msw/node'
import { createDouble, type Order } from 'paydouble/msw'
import { handlers } from 'paydouble/handlers'
import { pay as dropIn, server as dropInServer } from 'paydouble/node'
import { contracts } from 'paydouble/contracts'
import { expectUnbroken, torture, type TortureReport } from 'paydouble/torture'
import { defineConfig, defineContract, defineSimulator } from 'paydouble'

const pay = createDouble({ seed: 7 })
const server = setupServer(...pay.handlers)
server.listen()
const answer = await fetch('http://api.vv-tool.com/tool/nothing')
const { code } = (await answer.json()) as { code: number }
const orders: Order[] = (await pay.orders.list()).items
const report: TortureReport = await torture(pay, {
  provider: 'qfpay',
  runs: 3,
  placeOrder: () => 'a',
  getOrder: () => ({ status: 'pending', credited: 0 }),
})
expectUnbroken(report)
server.close()
defineConfig({ port: 0 })
console.log(JSON.stringify({ code, orders, handlers: handlers.length, ids: contracts.map(contract => contract.id), same: dropIn.handlers === handlers, listen: typeof dropInServer.listen, functions: [typeof defineContract, typeof defineSimulator] }))
`
  writeFileSync(join(folder, 'use.ts'), source)
  const used = await run(process.execPath, ['use.ts'], { cwd: folder })
  expect(used.stderr).toBe('')
  expect(JSON.parse(used.stdout)).toMatchObject({
    code: 404,
    orders: [],
    ids: ['vvtool', 'its500', 'dms', 'qfpay'],
    same: true,
    listen: 'function',
    functions: ['function', 'function'],
  })
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'dom'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: false,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.ts'] }))
  const checked = await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder })
  // Only what concerns paydouble: the types of its dependencies are theirs.
  const own = checked.stdout.split('\n').filter(line => /^use\.ts|node_modules\/paydouble\//.test(line))
  expect(own).toEqual([])
})

test('publint finds nothing', async () => {
  const { messages } = await publint({
    pkgDir: join(folder, 'node_modules/paydouble'),
    strict: true,
    pack: false,
  })
  expect(messages).toEqual([])
})

test('the lockfile holds no download addresses', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/)
})
