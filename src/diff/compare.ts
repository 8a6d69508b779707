// Compares two OpenAPI documents: what does an app that was written by the old one meet in the new one?
import { isDeepStrictEqual } from 'node:util'
import { compareRest } from './annotations.ts'
import { type Change, type Comparison, type DocumentName, verdicts } from './change.ts'
import { compareAccount } from './compare-account.ts'
import { compareWebhooks } from './compare-callbacks.ts'
import { compareErrors } from './compare-errors.ts'
import { compareOperations } from './compare-operations.ts'
import { compareRateLimits, compareRules } from './compare-rules.ts'
import { compareSchemas } from './compare-schema.ts'
import { compareServers } from './compare-servers.ts'
import { type ApiDocument, below, entriesOf, type Place, rootOf } from './place.ts'
import { type Changes, mostTrials, type Scope } from './scope.ts'
import { countTexts } from './texts.ts'

/**
 * Compares two documents.
 *
 * @example
 * compareDocuments(readDocument(oldText, 'old.yaml'), readDocument(newText, 'new.yaml')).changes
 */
export function compareDocuments(old: ApiDocument, now: ApiDocument): Comparison {
  const before: ApiDocument = { ...old, side: 'old', followed: new Set() }
  const after: ApiDocument = { ...now, side: 'new', followed: new Set() }
  const changes: Changes = new Map()
  const scope: Scope = {
    isTextual: false,
    changes,
    compareSchemas,
    compared: new Set(),
    trials: { left: mostTrials },
  }
  compareRoots(rootOf(before), rootOf(after), scope)
  return {
    old: nameOf(before),
    new: nameOf(after),
    changes: [...changes.values()].sort(byVerdict),
    texts: countTexts(before, after),
    unused: countUnused(before, after),
  }
}

function compareRoots(old: Place, now: Place, scope: Scope): void {
  compareServers(below(old, 'servers'), below(now, 'servers'), scope)
  compareOperations(old, now, scope)
  compareWebhooks(below(old, 'webhooks'), below(now, 'webhooks'), scope)
  compareErrors(below(old, 'x-errors'), below(now, 'x-errors'), scope)
  const [oldInfo, newInfo] = [below(old, 'info'), below(now, 'info')]
  compareRules(below(oldInfo, 'x-rules'), below(newInfo, 'x-rules'), scope)
  compareRateLimits(below(oldInfo, 'x-rate-limits'), below(newInfo, 'x-rate-limits'), scope)
  compareAccount(below(old, 'x-account'), below(now, 'x-account'), scope)
  compareRest(old, now, comparedInRoot, scope)
  compareRest(oldInfo, newInfo, ['version', 'x-rules', 'x-rate-limits'], scope)
}

/** What is compared by itself, or says nothing of messages. */
const comparedInRoot = [
  'openapi',
  'info',
  'jsonSchemaDialect',
  'servers',
  'paths',
  'webhooks',
  'components',
  'security',
  'x-errors',
  'x-account',
]

function nameOf({ name, root }: ApiDocument): DocumentName {
  const { title, version } = (root.info ?? {}) as { title?: unknown; version?: unknown }
  return { name, title: String(title ?? ''), version: String(version ?? '') }
}

function byVerdict(a: Change, b: Change): number {
  return verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict)
}

/** Components that differ, or are in one document only, and to which nothing leads that was compared. */
function countUnused(old: ApiDocument, now: ApiDocument): number {
  const [before, after] = [componentsOf(old), componentsOf(now)]
  const pointers = new Set([...before.keys(), ...after.keys()])
  return [...pointers].filter(pointer => {
    const isUsed = [...old.followed, ...now.followed].some(
      followed => followed === pointer || followed.startsWith(`${pointer}/`),
    )
    return !isUsed && !isDeepStrictEqual(before.get(pointer), after.get(pointer))
  }).length
}

function componentsOf(document: ApiDocument): Map<string, unknown> {
  const kinds = entriesOf(below(rootOf(document), 'components'))
  // Examples are texts, and schemes of security are found by their names.
  const compared = kinds.filter(([kind]) => !/^(examples|links|securitySchemes|x-.*)$/.test(kind))
  return new Map(
    compared.flatMap(([, kind]) => entriesOf(kind).map(([, place]) => [place.pointer, place.value] as const)),
  )
}
