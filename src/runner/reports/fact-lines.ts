// Where the fact of a contract stands that a finding is about.
import type { LocatedFinding } from '../findings.ts'

/** For each provider and each fact, `file.ts:line` in its folder: `contracts/lines.json`. */
export type FactLines = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface FactLine {
  /** From the root of the sources, such as `contracts/qfpay/payment.ts`. */
  readonly file: string
  readonly line: number
}

/** The line of the nearest fact; undefined where the contract is not one of those that come with paydouble. */
export function factLineOf(finding: LocatedFinding, lines: FactLines): FactLine | undefined {
  const own = Object.hasOwn(lines, finding.provider) ? lines[finding.provider] : undefined
  if (!own) return undefined
  for (const path of candidates(finding, own)) {
    const place = Object.hasOwn(own, path) ? own[path] : undefined
    const [file, line] = place?.split(':') ?? []
    if (file !== undefined && line !== undefined)
      return { file: `contracts/${finding.provider}/${file}`, line: Number(line) }
  }
  return undefined
}

/** Paths of facts as `listFacts` names them, the nearest first. */
function candidates(
  { name, part, pointer, kind }: LocatedFinding,
  own: Readonly<Record<string, string>>,
): string[] {
  const base = part === 'callback' ? `callbacks.${name}` : `operations.${name}`
  const fields = pointer
    .split('/')
    .slice(1)
    .filter(each => !/^(\d+|\*)$/.test(each))
    .map(each => each.replaceAll('~1', '/').replaceAll('~0', '~'))
  const inside = (path: string) =>
    fields.map((_, i) => [path, ...fields.slice(0, fields.length - i)].join('.'))
  const beginning = (prefix: string, named?: RegExp) =>
    Object.keys(own).filter(path => path.startsWith(prefix) && (named?.test(path) ?? true))
  const signature =
    part === 'request' ? beginning('security.', /sign/i) : beginning('responseHeaders.', /sign/i)
  return [
    `${base}.advice.${kind}`,
    ...(/Signature$/.test(kind) ? signature : []),
    ...(kind === 'wrongCredentials' ? beginning('security.') : []),
    ...(kind === 'undocumentedCode' ? inside('refusal') : []),
    ...inside(part === 'callback' ? `${base}.payload` : `${base}.${part}`),
    ...(part === 'response' ? inside('refusal') : []),
    base,
  ]
}
