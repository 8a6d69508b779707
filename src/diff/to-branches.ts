// From a schema to its branches.
import { acceptanceOf } from './accepts.ts'
import { both, includes } from './both-branches.ts'
import type { Branch, JsonType, Said } from './branch.ts'
import { below, type Fields, itemsOf, type Place, referenceOf, resolve } from './place.ts'
import { toAny, toPlainBranches } from './plain-branches.ts'

/** What a schema allows. */
export interface Shape {
  readonly branches: readonly Branch[]
  /** The schemas that hold at once: itself, and those of `allOf`. */
  readonly parts: readonly Place[]
  /** Whether there were too many branches to list. */
  readonly isCut: boolean
}

/** More branches are not listed. */
const mostBranches = 200
/** Choices within choices multiply; more are not looked into. */
const mostChoices = 1_000

/** What all of some schemas allow at once. */
export function toShape(
  schemas: readonly Place[],
  within: ReadonlySet<string> = new Set(),
  budget = { left: mostChoices },
): Shape {
  const parts: Place[] = []
  const choices: { place: Place; members: Place[] }[] = []
  const labels: string[] = []
  const passed = new Set<string>()
  const add = (schema: Place): void => {
    const place = resolve(schema)
    if (passed.has(place.pointer)) return
    passed.add(place.pointer)
    if (place.pointer !== schema.pointer) labels.push(place.pointer)
    parts.push(place)
    if (typeof place.value === 'boolean') return
    for (const keyword of ['anyOf', 'oneOf']) {
      const members = itemsOf(below(place, keyword))
      if (members.length > 0) choices.push({ place, members })
    }
    for (const inner of itemsOf(below(place, 'allOf'))) add(inner)
    // Beside a reference, 3.1 takes other keywords.
    const { value, document } = schema
    if (document.format === '3.1' && isReferenceWithMore(value))
      add({ ...schema, value: withoutReference(value) })
  }
  for (const schema of schemas) add(schema)

  let branches = partsToBranches(parts, labels[0])
  let isCut = false
  for (const { members } of choices) {
    // A choice that is the whole again adds nothing to it.
    const around = new Set([...within, ...passed])
    const others = members.filter(member => !around.has(resolve(member).pointer))
    budget.left -= others.length
    if (budget.left < 0) return { branches: [], parts, isCut: true }
    const shapes = others.map(member => toShape([member], around, budget))
    isCut ||= shapes.some(shape => shape.isCut)
    const options = shapes.flatMap(shape => shape.branches)
    branches = branches.flatMap(branch =>
      options.filter(option => option.type === branch.type).map(option => both(branch, option)),
    )
    if (branches.length > mostBranches) {
      branches = branches.slice(0, mostBranches)
      isCut = true
    }
  }
  return {
    branches: joinValues(branches.map(withPossible).filter(branch => branch.values?.value.length !== 0)),
    parts,
    isCut,
  }
}

function isReferenceWithMore(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 1 &&
    !!referenceOf(value as Fields)
  )
}

function withoutReference(value: Fields): Fields {
  const { $ref: _, $dynamicRef: __, ...rest } = value
  return rest
}

function partsToBranches(parts: readonly Place[], label: string | undefined): Branch[] {
  const each = parts.map(part => toPlainBranches(part, label))
  const [first = toAny(parts[0], label), ...more] = each
  return more.reduce(
    (branches, others) =>
      branches.flatMap(branch =>
        others.filter(other => other.type === branch.type).map(other => both(branch, other)),
      ),
    first,
  )
}

/** Without listed values that its own limits refuse. */
function withPossible(branch: Branch): Branch {
  const { values } = branch
  if (!values) return branch
  return {
    ...branch,
    values: { ...values, value: values.value.filter(value => acceptanceOf(branch, value) !== 'no') },
  }
}

/** Branches that are nothing but lists of values are one list: `anyOf` of constants is an `enum`. */
function joinValues(branches: readonly Branch[]): Branch[] {
  const joined = new Map<JsonType, Branch>()
  const rest: Branch[] = []
  for (const branch of branches) {
    const { type, values } = branch
    if (!values || type === 'object' || type === 'array' || !isOnlyValues(branch)) {
      rest.push(branch)
      continue
    }
    const known = joined.get(type)
    joined.set(type, known?.values ? withMore(known, known.values, values) : branch)
  }
  return [...rest, ...joined.values()]
}

function withMore(branch: Branch, known: Said<readonly unknown[]>, more: Said<readonly unknown[]>): Branch {
  const added = more.value.filter(value => !includes(known.value, value))
  return { ...branch, values: { place: known.place, value: [...known.value, ...added] } }
}

function isOnlyValues({ bounds, keywords }: Branch): boolean {
  return bounds.size === 0 && keywords.size === 0
}
