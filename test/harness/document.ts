// Pages whose commands are run and whose examples are files: what a page should say is made from both.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { root, run, startServer } from './cli.ts'
import { openReceiver } from './receiver.ts'

/** A fenced block, such as ```` ```sh ````, or ```` ```ts examples/checkout.test.ts ```` for one that is a file. */
export interface Block {
  readonly language: string
  readonly file: string | undefined
  readonly text: string
}

const fence = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

export function blocksOf(text: string): Block[] {
  return [...text.matchAll(fence)].map(([, language = '', file, text = '']) => ({
    language,
    file,
    text,
  }))
}

/** The commands of a block; a backslash at its end continues a line. */
export function commandsOf({ text }: Pick<Block, 'text'>): string[] {
  return text.trim().split(/(?<!\\)\n/)
}

/** Where the pages say that the double and the shop listen. */
const doubleUrl = 'http://127.0.0.1:4020'
const callbackUrl = 'http://127.0.0.1:8080/its500/callback'

const runnable =
  /^(curl|npx paydouble (accounts|check|evidence|callbacks|clock|diff|fault|pay|spec|state|torture)) /
/** They set up a machine, so they have tests of their own. */
const setUp = /^npm (ci|install|start)\b/

/**
 * The page as it should be: a block that names a file holds that file, and a `json` or `text` block right below a
 * `sh` block holds what its commands print. A line `npx paydouble serve …` starts the server for those
 * that follow. A command that fails fails the test.
 *
 * @param options.flags of the server that runs before the page starts one itself
 */
export async function renderPage(
  page: string,
  { flags }: { readonly flags?: string } = {},
): Promise<{ text: string; received: { body: string }[] }> {
  const receiver = await openReceiver()
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify({ callbackUrls: { its500: [receiver.url] } }))

  const serve = async (line: string) => {
    const command = `${inPlaceOfNpx(line)} --port 0 --config ${config}`
    return (await startServer('bash', ['-c', `exec ${command}`])).url
  }
  let url = flags === undefined ? '' : await serve(`npx paydouble serve ${flags}`)

  async function output(command: string): Promise<string> {
    const line = inPlaceOfNpx(command)
      .replaceAll(/\bcurl /g, 'curl -s ')
      .replaceAll(doubleUrl, url)
      .replaceAll(callbackUrl, receiver.url)
    const ended = await run('bash', ['-c', line], { env: { PAYDOUBLE_URL: url } })
    // A check says first what it is going to do.
    const stderr = ended.stderr.replaceAll(/^paydouble tries .*\n/gm, '')
    expect([page, command, ended.code, stderr]).toEqual([page, command, 0, ''])
    const shown = withoutTimes(ended.stdout.replaceAll(receiver.url, callbackUrl))
    return url === '' ? shown : shown.replaceAll(url, doubleUrl)
  }

  let text = ''
  let rest = readPage(page)
  let printed: string | undefined
  for (;;) {
    const match = new RegExp(fence, 'ms').exec(rest)
    if (!match) return { text: text + rest, received: receiver.received }
    const [whole, language = '', file, body = ''] = match
    const before = rest.slice(0, match.index)
    rest = rest.slice(match.index + whole.length)
    let now = file === undefined ? body : readPage(file)
    if (printed !== undefined && before === '\n\n' && /^(json|text)$/.test(language)) {
      rest = renamed(rest, body, printed)
      now = printed
    }
    text += `${before}\`\`\`${language}${file ? ` ${file}` : ''}\n${now}\`\`\``
    printed = undefined
    if (language !== 'sh') continue
    const outputs: string[] = []
    for (const command of commandsOf({ text: body })) {
      if (command.startsWith('npx paydouble serve')) url = await serve(command)
      else if (runnable.test(`${command} `)) outputs.push(await output(command))
      else expect([page, command]).toEqual([page, expect.stringMatching(setUp)])
    }
    // What prints no end of line is shown with one.
    printed = outputs.map(each => each.replace(/\n?$/, '\n')).join('')
  }
}

/** A live check is made now: its times would be others each time. */
function withoutTimes(text: string): string {
  if (!/ checked {5}live /.test(text)) return text
  const day = '\\d{4}-\\d\\d-\\d\\d '
  const time = '\\d\\d:\\d\\d:\\d\\d'
  return text.replaceAll(new RegExp(`${day}${time}( to (${day})?${time})?`, 'g'), '2026-12-01 10:00:00')
}

/** What follows an output, with its ids as they are now: later commands name the orders of earlier ones. */
function renamed(text: string, then: string, now: string): string {
  // Words are none.
  const idsOf = (output: string) => (output.match(/[\w-]{7,}/g) ?? []).filter(id => /\d/.test(id))
  const ids = idsOf(now)
  return idsOf(then).reduce((changed, id, i) => changed.replaceAll(id, ids[i] ?? id), text)
}

/** The page with these blocks in place of its own. */
export function withBlocks(page: string, blocks: readonly Block[]): string {
  let next = 0
  return readPage(page).replaceAll(fence, () => {
    const { language, file, text } = blocks[next++] ?? { language: 'text', text: 'too many blocks\n' }
    return `\`\`\`${language}${file ? ` ${file}` : ''}\n${text}\`\`\``
  })
}

/** The command itself: npx would only look for it, and say something about its own configuration. */
export function inPlaceOfNpx(command: string): string {
  return command.replaceAll(/\bnpx paydouble /g, `${JSON.stringify(process.execPath)} dist/bin/bin.js `)
}
