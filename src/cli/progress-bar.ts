// How far a check is, on a line of the terminal that is written anew.

export interface ProgressBar {
  /** Writes the line, unless that was a moment ago. */
  show(progress: { readonly bytes: number; readonly exchanges: number; readonly findings: number }): void
  /** Leaves no trace. */
  clear(): void
}

export interface ProgressBarOptions {
  /** How many bytes there are in all, where that is known. */
  readonly size: number | undefined
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
}

const intervalMs = 100
const barWidth = 20

/** None where nobody looks: a log, or a machine. */
export function createProgressBar({ size, stream, env, now }: ProgressBarOptions): ProgressBar {
  const isShown = stream.isTTY === true && env.TERM !== 'dumb' && !isSet(env.CI)
  let last = Number.NEGATIVE_INFINITY
  let isThere = false
  return {
    show({ bytes, exchanges, findings }) {
      if (!isShown || now() - last < intervalMs) return
      last = now()
      isThere = true
      const counts = `${count(exchanges, 'exchange')}, ${count(findings, 'finding')}`
      const line = `${size ? `${bar(bytes / size)} ` : ''}${ofSize(bytes, size)}, ${counts}`
      stream.write(`\r${line.slice(0, (stream.columns ?? 80) - 1)}\x1b[K`)
    },
    clear() {
      if (isThere) stream.write('\r\x1b[K')
      isThere = false
    },
  }
}

function bar(part: number): string {
  const done = Math.min(barWidth, Math.floor(part * barWidth))
  return `${'█'.repeat(done)}${'░'.repeat(barWidth - done)}`
}

function ofSize(bytes: number, size: number | undefined): string {
  return size ? `${megabytes(bytes)} of ${megabytes(size)} MB` : `${megabytes(bytes)} MB`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false'
}
