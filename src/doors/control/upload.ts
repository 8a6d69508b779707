// A dump that comes in parts, because bodies of requests are limited and a state is not. It is kept in a file until it is
// whole, so that it can be checked before anything is replaced.
import { createReadStream } from 'node:fs'
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PaydoubleError } from '../../contract/index.ts'
import { afterRealTime } from '../../double/clock.ts'
import type { Double } from '../../double/double.ts'
import type { Counts } from '../../store/state-record.ts'
import { createTurns } from '../../store/turns.ts'

export interface Part {
  readonly text: string
  readonly upload?: string | undefined
  readonly part?: number | undefined
  readonly last?: boolean | undefined
  readonly replace?: boolean | undefined
}

/** How long the next part may take to come, in real milliseconds. */
const patienceMs = 60_000

/** Some ten million orders. */
const mostBytes = 16 * 1024 ** 3

/** Credentials are in it. */
const forOwnerAlone = 0o600

interface Upload {
  readonly id: string
  readonly folder: string
  readonly file: string
  parts: number
  patience?: { cancel(): void }
}

/** @returns takes a part, and gives what was loaded with the last one */
export function createUpload(double: Double): (part: Part) => Promise<Counts | null> {
  /** There is one at a time: whoever begins another one ends it. */
  let current: Upload | undefined
  // Part by part, so that of those who begin at once each ends the one before.
  const inTurn = createTurns()

  async function end(upload: Upload | undefined): Promise<void> {
    if (upload === undefined) return
    upload.patience?.cancel()
    if (current === upload) current = undefined
    await rm(upload.folder, { recursive: true, force: true })
  }

  async function begin(id: string): Promise<Upload> {
    await end(current)
    const folder = await mkdtemp(join(tmpdir(), 'paydouble-state-'))
    current = { id, folder, file: join(folder, 'state.ndjson'), parts: 0 }
    return current
  }

  async function take({
    text,
    upload: id = '',
    part = 1,
    last = true,
    replace,
  }: Part): Promise<Counts | null> {
    const upload = part === 1 ? await begin(id) : current
    if (upload?.id !== id || upload.parts + 1 !== part) {
      throw new PaydoubleError(
        'badRequest',
        `Part ${part} of the dump comes without the parts before it: another one has been begun, or it took more than ${patienceMs / 1000} seconds. Begin again with part 1.`,
      )
    }
    upload.parts = part
    upload.patience?.cancel()
    try {
      await appendFile(upload.file, text, { mode: forOwnerAlone })
      if ((await stat(upload.file)).size > mostBytes) {
        throw new PaydoubleError('badRequest', `The dump is larger than ${mostBytes} bytes.`)
      }
      if (!last) {
        upload.patience = afterRealTime(patienceMs, () => void end(upload))
        return null
      }
      current = undefined
      const counts = await double.state.load(() => createReadStream(upload.file), { replace })
      await end(upload)
      return counts
    } catch (error) {
      await end(upload)
      throw error
    }
  }

  double.closed.addEventListener('abort', () => void inTurn('', () => end(current)))

  return part => inTurn('', () => take(part))
}
