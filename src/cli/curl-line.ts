// A line of curl as the request that it sends.
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { PaydoubleError } from '../contract/index.ts'
import { isTarget, type ReadMessage, splitTarget } from './http-message.ts'
import { splitShellWords } from './shell-words.ts'

/**
 * Reads a line of curl. Options that change nothing about the request are passed over.
 * @throws PaydoubleError `unreadable`
 */
export function readCurlLine(line: string): ReadMessage {
  const [, ...words] = splitShellWords(line.trim())
  const given: Given = { headers: {}, data: [], urls: [] }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const options = optionsIn(word)
    if (options.length === 0) given.urls.push(word)
    for (const { name, value } of options) {
      withoutValue[name]?.(given)
      if (!(name in withValue)) continue
      const argument = value ?? words[++i]
      if (argument === undefined) throw failure(`the option ${name} has no value`)
      withValue[name]?.(given, argument)
    }
  }
  return toMessage(given)
}

interface Given {
  method?: string
  readonly headers: Record<string, string>
  readonly data: Buffer[]
  readonly urls: string[]
  contentType?: string
  inQuery?: true
}

function toMessage({ method, headers, data, urls, contentType, inQuery }: Given): ReadMessage {
  const [url, another] = urls
  if (url === undefined) throw failure('it has no URL')
  if (another !== undefined) {
    throw failure(
      `it has two URLs, ${JSON.stringify(url)} and ${JSON.stringify(another)}; quote what belongs together`,
    )
  }
  const { path, query } = splitTarget(isTarget(url) ? url : `http://${url}`)
  const joined = Buffer.concat(data.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from('&'), part])))
  const hasBody = data.length > 0 && !inQuery
  const extra = inQuery && data.length > 0 ? joined.toString('utf8') : ''
  return {
    kind: 'request',
    method: method ?? (hasBody ? 'POST' : 'GET'),
    path,
    query: [query, extra].filter(part => part !== '').join('&'),
    headers: {
      ...(hasBody && { 'content-type': contentType ?? 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    body: hasBody ? joined : Buffer.alloc(0),
  }
}

/** What is done with the value of each option that has one. Those that change no bytes of it do nothing. */
const withValue: Readonly<Record<string, (given: Given, value: string) => void>> = {
  ...named(['-X', '--request'], (given, method) => {
    given.method = method
  }),
  ...named(['-H', '--header'], ({ headers }, line) => {
    const [, name = '', value = ''] = /^([^:;]+)[:;](.*)$/s.exec(line) ?? []
    if (name === '') throw failure(`${JSON.stringify(line)} is no header: it has no colon`)
    headers[name.trim().toLowerCase()] = value.trim()
  }),
  ...named(['-d', '--data', '--data-ascii'], ({ data }, value) => {
    // Of a file, curl drops the line breaks.
    data.push(value.startsWith('@') ? withoutBreaks(readData(value.slice(1))) : Buffer.from(value))
  }),
  '--data-raw': ({ data }, value) => data.push(Buffer.from(value)),
  '--data-binary': ({ data }, value) =>
    data.push(value.startsWith('@') ? readData(value.slice(1)) : Buffer.from(value)),
  '--data-urlencode': ({ data }, value) => data.push(Buffer.from(urlEncoded(value))),
  '--json'(given, value) {
    given.contentType = 'application/json'
    given.data.push(value.startsWith('@') ? readData(value.slice(1)) : Buffer.from(value))
  },
  '--url': ({ urls }, url) => urls.push(url),
  ...named(['-u', '--user'], ({ headers }, user) => {
    headers.authorization = `Basic ${Buffer.from(user).toString('base64')}`
  }),
  '--oauth2-bearer': ({ headers }, token) => {
    headers.authorization = `Bearer ${token}`
  },
  ...named(['-F', '--form'], () => {
    throw failure('-F sends multipart/form-data, and no provider here reads that')
  }),
  ...named(
    [
      ...['-A', '--user-agent', '-b', '--cookie', '-c', '--cookie-jar', '-e', '--referer', '-o', '--output'],
      ...[
        '-w',
        '--write-out',
        '-m',
        '--max-time',
        '--connect-timeout',
        '-x',
        '--proxy',
        '--retry',
        '--cacert',
      ],
      ...['-E', '--cert', '--key', '--resolve', '-D', '--dump-header', '-K', '--config', '--unix-socket'],
    ],
    () => {},
  ),
}

function named(
  names: readonly string[],
  use: (given: Given, value: string) => void,
): Record<string, (given: Given, value: string) => void> {
  return Object.fromEntries(names.map(name => [name, use]))
}

/** Options without a value that change the request; all others change nothing of it. */
const withoutValue: Readonly<Record<string, (given: Given) => void>> = {
  '-G': useQuery,
  '--get': useQuery,
}

function useQuery(given: Given): void {
  given.inQuery = true
}

interface Option {
  readonly name: string
  /** What is written together with it: `-XPOST`, `--url=…`. */
  readonly value?: string
}

/** The options in a word; none where it is a URL. Short ones may stand together, the last of them with a value. */
function optionsIn(word: string): Option[] {
  if (!word.startsWith('-') || word === '-') return []
  if (word.startsWith('--')) {
    const equals = word.indexOf('=')
    if (equals < 0) return [{ name: word }]
    return [{ name: word.slice(0, equals), value: word.slice(equals + 1) }]
  }
  const options: Option[] = []
  for (let i = 1; i < word.length; i++) {
    const name = `-${word[i]}`
    const value = word.slice(i + 1)
    if (name in withValue) return [...options, value === '' ? { name } : { name, value }]
    options.push({ name })
  }
  return options
}

function urlEncoded(value: string): string {
  const [, name = '', mark = '', rest = ''] = /^([^=@]*)([=@]?)(.*)$/s.exec(value) ?? []
  if (mark === '') return encodeURIComponent(value)
  const content = mark === '@' ? readData(rest).toString('utf8') : rest
  return `${name === '' ? '' : `${name}=`}${encodeURIComponent(content)}`
}

function readData(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw failure(
      `the file ${JSON.stringify(file)} cannot be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function withoutBreaks(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter(byte => byte !== 0x0a && byte !== 0x0d))
}

function failure(why: string): PaydoubleError {
  return new PaydoubleError('unreadable', `Failed to read the curl line: ${why}.`)
}
