/**
 * Writes to standard error without waiting for whoever reads it: Node's own writes to a pipe stop the whole process while nobody does.
 * @returns resolves once the system has taken the text
 */
export function createStderrWriter(): (text: string) => Promise<void> {
  const { stderr } = process
  // Whoever reads has heard enough.
  stderr.on('error', () => {})
  const { _handle: handle } = stderr as { _handle?: { setBlocking?: (isBlocking: boolean) => void } }
  handle?.setBlocking?.(false)
  return text =>
    new Promise(resolve => {
      if (stderr.writable) stderr.write(text, () => resolve())
      else resolve()
    })
}
