// Every command of the README is run, and every answer in it is the one that comes.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readmes, withFactsTable } from '../scripts/facts-table.ts'
import { configSchema } from '../src/config.ts'
import { paydouble, root, run, serve, startServer } from './harness/cli.ts'
import { blocksOf, commandsOf, inPlaceOfNpx, readPage, renderPage, withBlocks } from './harness/document.ts'

const blocks = blocksOf(readPage('README.md'))
const commands = blocks.filter(block => block.language === 'sh').flatMap(commandsOf)

// After a change, `npx vitest run test/readme.test.ts -u` writes the answers anew.
test('the commands against a server work in their order and give the answers that stand below them', async () => {
  const { text, received } = await renderPage('README.md', { flags: '--seed 1 --clock manual' })
  await expect(text).toMatchFileSnapshot(join(root, 'README.md'))
  expect(received).toHaveLength(1)
  const answers = withBlocks('README.zh-CN.md', blocksOf(text))
  await expect(answers).toMatchFileSnapshot(join(root, 'README.zh-CN.md'))
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
  const text = readPage(file)
  expect(text).toContain('<!-- facts -->')
  expect(text).toBe(withFactsTable(text))
})

test('the Chinese README has the same commands, answers and code', () => {
  expect(blocksOf(readPage('README.zh-CN.md'))).toEqual(blocks)
})

test.each(readmes)('%s lists every command, flag, variable and key of the configuration', async file => {
  const text = readPage(file)
  const { stdout: help } = await paydouble(['--help'])
  const commands = [...help.matchAll(/^ {2}(\w+) .*/gm)]
    .map(match => match[1])
    .filter(name => name !== 'help')
  const { stdout: serveHelp } = await paydouble(['serve', '--help'])
  const flags = serveHelp.match(/--[a-z-]+/g)?.filter(flag => flag !== '--help') ?? []
  const { stderr } = await paydouble(['serve'], { env: { PAYDOUBLE_NOTHING: '1' } })
  const [, variables = ''] = /There are (.*)\./.exec(stderr) ?? []
  expect([commands.length, flags.length, variables.length]).not.toContain(0)
  for (const name of commands) expect(text).toMatch(new RegExp(`^\\| \`${name}[ \`]`, 'm'))
  for (const name of [...flags, ...variables.split(', ')]) expect(text).toContain(`\`${name}\``)
  for (const key of Object.keys(configSchema.shape)) expect(text).toContain(`| \`${key}\` |`)
})

test('links lead to files, and to headings', () => {
  const pages = readdirSync(join(root, 'docs')).map(name => `docs/${name}`)
  for (const file of ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', ...pages]) {
    for (const [, link = '', heading] of readPage(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = join(root, dirname(file), link || basename(file))
      expect([file, link, existsSync(target)]).toEqual([file, link, true])
      if (heading) expect(headingsOf(target)).toContain(heading)
    }
  }
})

/** The names by which a page's headings can be linked to. */
function headingsOf(file: string): string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(match => match[1] ?? '')
  return headings.map(text =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\d\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}
