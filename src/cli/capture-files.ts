// Files as captures: whether they can be read, how much there is, and what stands beside them.
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { PaydoubleError } from '../contract/index.ts'

export interface CaptureFile {
  /** What it is called in reports. */
  readonly source: string
  open(signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Reads a file beside it, by its name. */
  readonly attached?: (name: string) => Uint8Array | undefined
}

export interface CaptureFiles {
  readonly files: readonly CaptureFile[]
  /** How many bytes all have; undefined where that is not known before the end. */
  readonly size: number | undefined
}

/** Fewer, larger pieces are read faster. */
const pieceBytes = 256 * 1024
/** Larger files beside a capture are no bodies. */
const mostAttachedBytes = 16 * 2 ** 20

/**
 * Looks at all files before the first is read, so that a wrong name costs no time; `-` is standard input.
 * @throws PaydoubleError `unreadable`
 */
export async function findCaptures(names: readonly string[]): Promise<CaptureFiles> {
  if (names.filter(name => name === '-').length > 1)
    throw new PaydoubleError('unreadable', 'Failed to read standard input: it can be given once only.')
  const sizes = await Promise.all(names.map(sizeOf))
  const isKnown = sizes.every(size => size !== undefined)
  return { files: names.map(toCapture), size: isKnown ? sizes.reduce((a, b) => a + b, 0) : undefined }
}

function toCapture(name: string): CaptureFile {
  if (name === '-') {
    const open = (signal: AbortSignal) => {
      if (process.stdin.isTTY)
        process.stderr.write('Paste the capture, then press Ctrl-D on a line of its own.\n')
      return addAbortSignal(signal, process.stdin)
    }
    return { source: 'standard input', open }
  }
  return {
    source: name,
    open: signal => createReadStream(name, { signal, highWaterMark: pieceBytes }),
    attached: attachedTo(name),
  }
}

/** What reads a file beside a capture. */
export function attachedTo(source: string): (name: string) => Uint8Array | undefined {
  return name => readBeside(source, name)
}

/** A capture names no file of another folder. */
function readBeside(capture: string, name: string): Uint8Array | undefined {
  if (basename(name) !== name) return undefined
  try {
    const path = join(dirname(capture), name)
    const found = statSync(path)
    return found.isFile() && found.size <= mostAttachedBytes ? readFileSync(path) : undefined
  } catch {
    // That it is not there is said with the place of its exchange.
    return undefined
  }
}

async function sizeOf(name: string): Promise<number | undefined> {
  if (name === '-') return undefined
  try {
    const found = await stat(name)
    if (found.isDirectory()) throw new Error('it is a folder; name the files in it')
    await access(name, constants.R_OK)
    // A pipe has no size.
    return found.isFile() ? found.size : undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      { ENOENT: 'there is no such file', EACCES: 'reading it is not allowed' }[code ?? ''] ?? message
    throw new PaydoubleError('unreadable', `Failed to read ${JSON.stringify(name)}: ${why}.`)
  }
}
