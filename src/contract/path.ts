/**
 * The values of the `{name}` parts of a path.
 *
 * @returns undefined where the path is another one, or is not percent-encoded UTF-8
 * @example
 * matchPath('/orders/{id}', '/orders/7') // { id: '7' }
 */
export function matchPath(template: string, path: string): Record<string, string> | undefined {
  if (!template.includes('{')) return template === path ? {} : undefined
  const expected = template.split('/')
  const actual = path.split('/')
  if (expected.length !== actual.length) return undefined
  const values: Record<string, string> = {}
  for (const [i, part] of expected.entries()) {
    const value = actual[i] ?? ''
    if (!part.startsWith('{')) {
      if (part !== value) return undefined
      continue
    }
    try {
      values[part.slice(1, -1)] = decodeURIComponent(value)
    } catch {
      return undefined
    }
  }
  return values
}
