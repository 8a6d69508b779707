import { writeFile } from 'node:fs/promises'
import { PaydoubleError } from '../contract/index.ts'
import type { Recorder } from '../runner/index.ts'

/** @throws PaydoubleError `badFlag` */
export async function writeRecording(file: string, recorder: Recorder): Promise<void> {
  try {
    await writeFile(file, recorder.toHar())
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new PaydoubleError('badFlag', `Failed to write the recording ${file}: ${why}.`, { cause: error })
  }
}
