// JSON that is given on the command line.
import { inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import { type Plan, planSchema } from '../double/plan.ts'

/**
 * A JSON object.
 *
 * @param name what the text is for, for the message
 * @throws PaydoubleError `badFlag`
 */
export function readJsonObject(text: string, name: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new PaydoubleError(
      'badFlag',
      `Failed to read ${name}: it is no JSON (${why}). Quote it for the shell.`,
    )
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new PaydoubleError('badFlag', `Failed to read ${name}: it is JSON, but not an object.`)
}

/**
 * A plan.
 *
 * @param name what the text is for, for the message
 * @throws PaydoubleError `badFlag`
 */
export function readPlan(text: string, name: string): Plan {
  const given = readJsonObject(text, name)
  const parsed = planSchema.safeParse(given, inOurWords)
  if (parsed.success) return parsed.data
  throw new PaydoubleError(
    'badFlag',
    `Failed to read ${name}: ${showProblem(parsed.error, planSchema, given)}. A plan is {"seed":7,"faults":[…]}.`,
  )
}
