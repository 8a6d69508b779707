// What findings say against the facts of a contract.
import type { Contract, Fact } from '../../contract/index.ts'
import { factPathOf, type LocatedFinding } from '../findings.ts'
import type { Against } from './counts.ts'

/** Findings about a message as a whole that say something against what the contract has of it. */
const aboutWhole: ReadonlySet<string> = new Set([
  'contentType',
  'undocumentedStatus',
  'wrongCharset',
  'notJson',
])

/** What findings contradict: a field, or the operation as a whole. */
export function contradictionsOf(
  contract: Contract,
  findings: readonly LocatedFinding[],
  { isRefusal, known }: { isRefusal: boolean; known: ReadonlyMap<string, Fact> },
): Against[] {
  return findings.flatMap(finding => {
    const { kind, severity, pointer, part, name, expected, received } = finding
    const isAbout = pointer !== '' || aboutWhole.has(kind)
    // What several exchanges show is about what they have done, not about how a message is written.
    if (severity === 'note' || !isAbout || amongSeveral.has(kind)) return []
    const path = factPathOf(contract, finding)
    const answer = `operations.${name}.response`
    const own = isRefusal && path.startsWith(answer) ? `refusal${path.slice(answer.length)}` : path
    const isUnknown = kind === 'unknownField' || kind === 'spacedKey'
    // A field that nobody knows is no fact; of a request it may mean nothing.
    if (isUnknown && part === 'request') return []
    const fact = isUnknown ? own : nearest(own, known)
    return [
      {
        fact,
        kind,
        ...(expected !== undefined && { expected }),
        ...(received !== undefined && { received }),
      },
    ]
  })
}

/** Kinds of findings that are made of several exchanges. */
const amongSeveral: ReadonlySet<string> = new Set(['duplicateOrderNumber', 'currencyUnit', 'differentAmount'])

/** The fact itself, or that of what it is in. */
function nearest(path: string, known: ReadonlyMap<string, Fact>): string {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.'))))
    if (known.has(at)) return at
  // The answer as a whole is the operation.
  return path.split('.').slice(0, 2).join('.')
}

/** Where something is wrong with a message. */
export function wrongPointers(
  findings: readonly LocatedFinding[],
  part: LocatedFinding['part'],
): ReadonlySet<string> {
  return new Set(
    findings.filter(each => each.part === part && each.severity !== 'note').map(({ pointer }) => pointer),
  )
}

