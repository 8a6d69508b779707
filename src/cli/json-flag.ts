// JSON that is given on the command line.
import { PaydoubleError } from '../contract/index.ts'
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
 * @throws PaydoubleError `badFlag`
 */
export function readPlan(text: string): Plan {
  const parsed = planSchema.safeParse(readJsonObject(text, '--plan'))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new PaydoubleError(
    'badFlag',
    `Failed to read --plan: ${issue?.path.join('.') || 'the plan'} is not right (${issue?.message}). A plan is {"seed":7,"faults":[…]}.`,
  )
}
