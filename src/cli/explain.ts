import type { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { simulators } from '../../mocks/index.ts'
import { type Contract, isRefusal, PaydoubleError } from '../contract/index.ts'
import { toInitialAccounts } from '../double/accounts.ts'
import { createRandom } from '../double/random.ts'
import { readHeaderLines } from '../runner/sources/http-head.ts'
import {
  type Direction,
  type Explanation,
  explainSignature,
  type KnownAccount,
  operationOf,
  toAutopsyText,
} from '../signature/index.ts'
import type { Account } from '../store/records.ts'
import { readConfig } from './config.ts'
import { readCurlLine } from './curl-line.ts'
import { findProvider } from './find-provider.ts'
import { type ReadMessage, readHttpMessage } from './http-message.ts'
import { callControl, tokenFlag } from './remote.ts'

interface Flags {
  provider: string
  account?: string
  callback?: boolean
  response?: boolean
  computed?: string
  header: string[]
  body?: string
  url?: string
  token?: string
  json?: boolean
}

/** The key comes from the environment: what stands on a command line is seen by everyone and kept in histories. */
const keyVariable = 'PAYDOUBLE_KEY'

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('explain why a signature does not match')
    .argument('[file]', 'a raw HTTP message or a line of curl; - or nothing reads standard input', '-')
    .requiredOption('--provider <id>', 'the provider of the message')
    .option('--account <id>', 'the account whose key is expected (default: the one that the request names)')
    .option('--callback', 'the message is a callback that the provider has sent')
    .option('--response', "the message is the provider's answer")
    .option('--computed <hash>', 'the signature that your own code computes of the message')
    .option('--header <line>', 'a header, as "Name: value"; may be repeated', collect, [])
    .option('--body <file>', 'a file with the body alone, byte for byte; - reads standard input')
    .option('--url <url>', 'take the accounts of the double that runs there')
    .addOption(tokenFlag())
    .option('--json', 'print the explanation as JSON')
    .addHelpText(
      'after',
      `\nThe key of an account that is not known here is read from the environment variable ${keyVariable}.\nExit code: 0 where the signature is right, 1 where it is not, 2 where the input cannot be read.`,
    )
    .action(explain)
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value]
}

async function explain(file: string, flags: Flags): Promise<void> {
  const contract = findProvider(flags.provider, contracts)
  const message = await readMessage(file, flags, contract)
  const direction = directionOf(message, flags)
  const accounts = await knownAccounts(contract, flags)
  const account = withOwnKey(contract, chooseAccount(contract, message, { accounts, flags }), {
    message,
    direction,
  })
  const { computed } = flags
  const explanation = explainSignature(contract, message, { account, accounts, direction, computed })
  const { columns = 100, isTTY: color = false } = process.stdout
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(explanation)}\n`
      : toAutopsyText(explanation, { width: Math.min(columns, widest), color }),
  )
  if (!isRight(explanation)) process.exitCode = 1
}

/** Longer lines are hard to read. */
const widest = 120

function isRight(explanation: Explanation): boolean {
  if (explanation.verdict === 'unsigned') return explanation.check?.ok ?? true
  if (explanation.computedVerdict !== null && explanation.computedVerdict !== 'matches') return false
  return explanation.verdict === 'matches'
}

async function readMessage(file: string, { body, header }: Flags, contract: Contract): Promise<ReadMessage> {
  const extra = readHeaderLines(header)
  if (body !== undefined) {
    if (file !== '-')
      throw badFlag(`--body cannot be given together with ${file}: one of them is the message`)
    return {
      kind: 'request',
      method: 'POST',
      path: '/',
      query: '',
      headers: { ...usualContentType(contract), ...extra },
      body: await readBytes(body),
    }
  }
  const bytes = await readBytes(file)
  const text = bytes.toString('utf8').trimStart()
  const message = /^(\$ *)?curl\s/.test(text)
    ? readCurlLine(text.replace(/^\$ */, ''))
    : readHttpMessage(bytes)
  return { ...message, headers: { ...message.headers, ...extra } }
}

/** What a body without a message around it is taken to be. */
function usualContentType({ operations }: Contract): Record<string, string> {
  const types = Object.values(operations).flatMap(({ request }) => request.contentTypes ?? [])
  // A multipart form cannot be read without the boundary that its own header names.
  const usual = types.find(type => !type.startsWith('multipart/'))
  return usual === undefined ? {} : { 'content-type': usual }
}

async function readBytes(file: string): Promise<Buffer> {
  const bytes = file === '-' ? await readStandardInput() : await readFile(file).catch(cannotRead(file))
  if (bytes.length > 0) return bytes
  throw new PaydoubleError(
    'unreadable',
    `Failed to read ${file === '-' ? 'standard input' : file}: it is empty. Give a raw HTTP message or a line of curl.`,
  )
}

function readStandardInput(): Promise<Buffer> {
  if (process.stdin.isTTY)
    process.stderr.write('Paste the message, then press Ctrl-D on a line of its own.\n')
  return buffer(process.stdin)
}

function cannotRead(file: string): (error: unknown) => never {
  return error => {
    const why = error instanceof Error ? error.message : String(error)
    throw new PaydoubleError('unreadable', `Failed to read ${file}: ${why}.`, { cause: error })
  }
}

function directionOf(message: ReadMessage, { callback, response }: Flags): Direction {
  if (callback && response) throw badFlag('--callback and --response exclude each other')
  if (callback) return 'callback'
  return response || message.kind === 'response' ? 'response' : 'request'
}

/** The accounts of a running double, or those with which one would start here. */
async function knownAccounts(contract: Contract, { url, token }: Flags): Promise<Account[]> {
  const all =
    url === undefined
      ? toInitialAccounts(simulators, await configuredAccounts(), createRandom(1))
      : ((await callControl({ url, token }, 'GET', 'api/accounts')) as Account[])
  return all.filter(({ provider }) => provider === contract.id)
}

async function configuredAccounts() {
  const { accounts = {} } = await readConfig({ flags: {}, env: process.env, directory: process.cwd() })
  return accounts
}

function chooseAccount(
  contract: Contract,
  message: ReadMessage,
  { accounts, flags }: { accounts: readonly Account[]; flags: Flags },
): KnownAccount {
  const { identifiedBy } = contract.account
  const identity = identityOf(contract, message)
  const account =
    flags.account === undefined
      ? (accounts.find(({ credentials }) => credentials[identifiedBy] === identity) ?? accounts[0])
      : accounts.find(({ id }) => id === flags.account)
  if (account) return account
  const known = accounts.map(({ id }) => id).join(', ') || 'none'
  throw badFlag(
    `there is no account ${JSON.stringify(flags.account ?? '')} of ${contract.id}, but ${known}; another one's key can be given in ${keyVariable}`,
  )
}

function identityOf(contract: Contract, message: ReadMessage): string | undefined {
  try {
    const identity = contract.wire.identify(contract.wire.decode(message), operationOf(contract, message))
    return typeof identity === 'string' ? identity : undefined
  } catch (error) {
    // Why it cannot be read is said when it is explained.
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** The account with the key of the environment, if there is one: then it is whichever the request names. */
function withOwnKey(
  contract: Contract,
  account: KnownAccount,
  { message, direction }: { message: ReadMessage; direction: Direction },
): KnownAccount {
  const key = process.env[keyVariable]
  const scheme = contract.wire.signing?.[direction]
  if (key === undefined || key === '' || !scheme) return account
  const { identifiedBy } = contract.account
  const identity =
    (direction === 'request' && identityOf(contract, message)) || account.credentials[identifiedBy]
  return {
    ...account,
    id: keyVariable,
    credentials: { ...account.credentials, [identifiedBy]: identity, [scheme.key]: key },
  }
}

function badFlag(why: string): PaydoubleError {
  return new PaydoubleError('badFlag', `Failed to read the flags: ${why}.`)
}
