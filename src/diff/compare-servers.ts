// Where the provider answers.
import { compareRest } from './annotations.ts'
import { fieldsOf, itemsOf, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareServers(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [byUrl(old), byUrl(now)]
  for (const [url, place] of before) {
    const is = after.get(url)
    if (is) compareRest(place, is, ['url'], scope)
    else {
      report(scope, {
        kind: 'serverRemoved',
        effect: 'narrower',
        old: place,
        message: `The server ${url} is gone.`,
        reason: 'An app that calls it may find nobody there.',
        before: url,
      })
    }
  }
  for (const [url, place] of after) {
    if (before.has(url)) continue
    report(scope, {
      kind: 'serverAdded',
      effect: 'wider',
      new: place,
      message: `There is another server ${url}.`,
      reason: 'No app has to call it.',
      after: url,
    })
  }
}

function byUrl(servers: Place): Map<string, Place> {
  const listed = itemsOf(servers).map(
    place => [String(fieldsOf(place).url ?? '').replace(/\/$/, ''), place] as const,
  )
  // Without any, it is where the document is.
  return new Map(listed)
}
