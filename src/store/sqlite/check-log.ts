// Looks at the log that a killed process has left, because SQLite reads it to the first damage, and lets go of the rest
// without a word: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
import { closeSync, openSync, readSync } from 'node:fs'
import { logDamaged } from './errors.ts'

const headerBytes = 32
const frameHeaderBytes = 24
const magic = 0x377f0682

/**
 * What a kill leaves ends in the middle of a change at most. A log is damaged where a whole change stands after what
 * cannot be read.
 * @throws PaydoubleError `storeUnreadable`
 */
export function checkLog(file: string): void {
  const log = openSync(`${file}-wal`, 'r')
  try {
    check(file, log)
  } finally {
    closeSync(log)
  }
}

function check(file: string, log: number): void {
  const header = Buffer.alloc(headerBytes)
  if (readSync(log, header) < headerBytes) return
  const isBigEndian = header.readUInt32BE(0) === magic + 1
  const hasMagic = isBigEndian || header.readUInt32BE(0) === magic
  let before = header.subarray(24)
  if (!hasMagic || !sumOf(header.subarray(0, 24), Buffer.alloc(8), isBigEndian).equals(before))
    throw logDamaged(file, 'its beginning cannot be read')

  const frame = Buffer.alloc(frameHeaderBytes + header.readUInt32BE(8))
  let hole: number | undefined
  for (let n = 1; readSync(log, frame) === frame.length; n++) {
    const isOfThisLog = frame.subarray(8, 16).equals(header.subarray(16, 24))
    const sum = Buffer.from(frame.subarray(16, 24))
    const isWhole = isOfThisLog && sumOfFrame(frame, before, isBigEndian).equals(sum)
    const endsChange = frame.readUInt32BE(4) !== 0
    if (!isWhole) hole ??= n
    else if (hole !== undefined && endsChange)
      throw logDamaged(file, `its page ${hole} cannot be read, and whole ones come after it`)
    before = sum
  }
}

function sumOfFrame(frame: Buffer, before: Buffer, isBigEndian: boolean): Buffer {
  const ofHeader = sumOf(frame.subarray(0, 8), before, isBigEndian)
  return sumOf(frame.subarray(frameHeaderBytes), ofHeader, isBigEndian)
}

/** The checksum of SQLite, which goes on from the one before. */
function sumOf(bytes: Buffer, before: Buffer, isBigEndian: boolean): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let one = before.readUInt32BE(0)
  let two = before.readUInt32BE(4)
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + view.getUint32(at, !isBigEndian) + two) >>> 0
    two = (two + view.getUint32(at + 4, !isBigEndian) + one) >>> 0
  }
  const sum = Buffer.alloc(8)
  sum.writeUInt32BE(one, 0)
  sum.writeUInt32BE(two, 4)
  return sum
}
