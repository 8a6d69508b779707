import * as z from 'zod'

/** The key under which a text carries the schema of the JSON in it, in Zod's metadata and in JSON Schema. */
export const contentKey = 'contentSchema'

/**
 * A text that holds a JSON object.
 *
 * @param content what the object must be
 * @param error what is wrong, for findings
 * @example
 * jsonText(z.looseObject({ user_creid: z.string() }), 'not a JSON object with user_creid')
 */
export function jsonText(content: z.ZodObject, error: string): z.ZodString {
  return z
    .string()
    .refine(text => isJsonOf(text, content), error)
    .meta({ contentMediaType: 'application/json', [contentKey]: content })
}

/** The schema of the JSON in a text, where it holds some. */
export function contentOf(schema: z.ZodType): z.ZodObject | undefined {
  const content = schema.meta()?.[contentKey]
  return content instanceof z.ZodObject ? content : undefined
}

function isJsonOf(text: string, content: z.ZodObject): boolean {
  try {
    return content.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
