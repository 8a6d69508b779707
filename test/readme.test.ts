// Every command of the README is run, and every answer in it is the one that comes.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readmes, withFactsTable } from '../scripts/facts-table.ts'
import { configSchema } from '../src/config.ts'
import { type Ended, root, run, serve, startServer } from './harness/cli.ts'
import { openReceiver } from './harness/receiver.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text: text ?? '',
}))
const commands = blocks
  .filter(block => block.language === 'sh')
  .flatMap(block => block.text.trim().split('\n'))

test('the commands against a server work in their order and give the answers that stand below them', async () => {
  const { url } = await serve(['--port', '0', '--json', '--seed', '1', '--clock', 'manual'])
  const receiver = await openReceiver()
  const ran: string[] = []
  for (const [i, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue
    for (const command of text.trim().split('\n')) {
      if (!/^(curl|npx paydouble (pay|accounts|spec)) /.test(`${command} `)) continue
      const ended = await shell(command, url, receiver.url)
      expect([command, ended.code, ended.stderr]).toEqual([command, 0, ''])
      const next = blocks[i + 1]
      if (next?.language === 'json') expect(ended.stdout).toBe(next.text.trimEnd())
      else expect(ended.stdout).not.toMatch(/"error":{|failed$/m)
      ran.push(command)
    }
  }
  expect(receiver.received).toHaveLength(1)
  const rest = commands.filter(command => !ran.includes(command))
  expect(rest).toEqual([
    'npm ci && npm start',
    'npm ci && npm test',
    expect.stringMatching(/^npx paydouble serve .*--port 0 .*--json$/),
  ])
})

test('the line that starts a server with flags works', async () => {
  const [command = ''] = commands.filter(line => line.startsWith('npx paydouble serve'))
  const { first } = await startServer('bash', ['-c', `exec ${inPlaceOfNpx(command)}`])
  expect(JSON.parse(first)).toMatchObject({ seed: 7, clock: 'manual' })
})

test('the two lines work in a fresh copy: npm ci prints no warning about scripts, npm start serves', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'paydouble-copy-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const file of execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  const installed = await run('npm', ['ci', '--prefer-offline'], { cwd: copy })
  expect(installed.code).toBe(0)
  expect(installed.stdout + installed.stderr).not.toMatch(/install.?scripts|allowScripts/i)
  const { url, text } = await startServer('npm', ['start', '--', '--port', '0'], { cwd: copy })
  expect(await (await fetch(`${url}/_paydouble/health`)).json()).toMatchObject({ status: 'ok' })
  expect(text()).toMatch(/^ {2}curl /m)
}, 300_000)

test('CI runs the test command of the README', () => {
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm ci && npm test$/m)
})

test('the test of the README is the example, which runs with the tests', () => {
  const [example] = blocks.filter(block => block.language === 'ts' && block.text.includes('vitest'))
  expect(example?.text).toBe(readFileSync(join(root, 'examples/checkout.test.ts'), 'utf8'))
})

test('the configuration of the README is a valid one', async () => {
  const [config] = blocks.filter(block => block.language === 'ts' && block.text.includes('defineConfig'))
  const folder = mkdtempSync(join(root, 'examples/.config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'paydouble.config.ts')
  writeFileSync(
    file,
    (config?.text ?? '').replace("'paydouble'", JSON.stringify(join(root, 'src/config.ts'))),
  )
  const { default: read } = (await import(file)) as { default: unknown }
  expect(configSchema.safeParse(read).error).toBe(undefined)
  const { first } = await serve(['--config', file, '--port', '0', '--json'])
  expect(JSON.parse(first)).toMatchObject({
    accounts: expect.arrayContaining([expect.objectContaining({ id: 'hongkong' })]),
  })
})

test.each(readmes)('the table of providers in %s is as the contracts say', file => {
  const text = readFileSync(join(root, file), 'utf8')
  expect(text).toContain('<!-- facts -->')
  expect(text).toBe(withFactsTable(text))
})

test('the Chinese README has the same commands, answers and code', () => {
  const chinese = readFileSync(join(root, 'README.zh-CN.md'), 'utf8')
  const theirs = [...chinese.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language,
    text,
  }))
  expect(theirs).toEqual(blocks)
})

test('links lead to files', () => {
  for (const file of ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']) {
    const text = readFileSync(join(root, file), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(match => match[1] ?? '')
    for (const link of links)
      expect([link, execFileSync('ls', [join(root, link)]).length > 0]).toEqual([link, true])
  }
})

/** Runs a line of the README against the server of the test instead of the usual port. */
function shell(command: string, url: string, receiver: string): Promise<Ended> {
  const line = inPlaceOfNpx(command)
    .replace(/^curl /, 'curl -sS ')
    .replaceAll('http://127.0.0.1:4020', url)
    .replace('http://127.0.0.1:8080/its500/callback', receiver)
  return run('bash', ['-c', line], { env: { PAYDOUBLE_URL: url } })
}

/** The command itself: npx would only look for it, and say something about its own configuration. */
function inPlaceOfNpx(command: string): string {
  return command.replace(/^npx paydouble /, `${JSON.stringify(process.execPath)} dist/bin/bin.js `)
}
