import { stripVTControlCharacters } from 'node:util'

/** What an assertion that fails says, without colours; a text that says so where it does not fail. */
export async function failureOf(assert: () => unknown): Promise<string> {
  try {
    await assert()
  } catch (error) {
    return stripVTControlCharacters(error instanceof Error ? error.message : String(error))
  }
  return 'it does not fail'
}
