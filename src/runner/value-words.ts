// What is wrong with a value, in words: the kind of difference, a sentence of it, and what would be right.
import type * as z from 'zod'
import type { Problem, Severity } from '../contract/index.ts'
import { showValue } from './show-value.ts'

export const severities: Readonly<Record<string, Severity>> = { newEnumValue: 'additive' }

export const sentences: Readonly<Record<string, (field: string) => string>> = {
  missingField: field => `${field} is missing.`,
  typeChanged: field => `${field} is of another type.`,
  unexpectedNull: field => `${field} is null, which it never is.`,
  newEnumValue: field => `${field} has a value that is none of the known ones.`,
  wrongLength: field => `${field} is too short or too long.`,
}

export function nameOf(path: readonly PropertyKey[]): string {
  const name = path.findLast(key => typeof key === 'string')
  return name === undefined ? 'The message' : `The field ${showValue(name)}`
}

type Issue = Problem['issue']

export function kindOf(issue: Issue, value: unknown): string {
  if (value === null) return 'unexpectedNull'
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' && typeof value === 'number' ? 'wrongFormat' : 'typeChanged'
    case 'invalid_value':
      return issue.values.some(each => typeof each === typeof value) ? 'newEnumValue' : 'typeChanged'
    case 'too_small':
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array' ? 'wrongLength' : 'wrongFormat'
    case 'invalid_union': {
      // By the way in which it comes nearest: that of the same type, if there is one.
      const kinds = issue.errors.flatMap(([first]) => (first ? [kindOf(first as Issue, value)] : []))
      return kinds.find(kind => kind !== 'typeChanged') ?? 'typeChanged'
    }
    default:
      return 'wrongFormat'
  }
}

export function expectedOf(issue: Issue, field: z.ZodType | undefined): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : (typeNames[issue.expected] ?? issue.expected)
    case 'invalid_value':
      return listOf(issue.values)
    case 'too_small':
      return bound(
        issue.inclusive === false ? 'more than' : 'at least',
        issue.minimum,
        issue.origin,
        issue.exact,
      )
    case 'too_big':
      return bound(
        issue.inclusive === false ? 'less than' : 'at most',
        issue.maximum,
        issue.origin,
        issue.exact,
      )
    case 'invalid_union': {
      const each = issue.errors.flatMap(([first]) => (first ? [expectedOf(first as Issue, undefined)] : []))
      return [...new Set(each.filter(text => text !== undefined))].join(', or ') || undefined
    }
    case 'invalid_format':
      return issue.pattern ?? issue.format
    default: {
      const pattern = field?.meta()?.pattern
      return typeof pattern === 'string' ? `/${pattern}/` : turned(issue.message)
    }
  }
}

/** A check says what is wrong; what would be right is the opposite, where that can be said. */
function turned(message: string): string | undefined {
  if (/^not (?!allowed)/.test(message)) return message.slice('not '.length)
  return message.startsWith('no ') ? `a ${message.slice('no '.length)}` : undefined
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
  null: 'null',
}

/** Longer lists are cut. */
const mostListed = 12

function listOf(values: readonly unknown[]): string {
  const shown = values.slice(0, mostListed).map(value => JSON.stringify(value) ?? String(value))
  return `${shown.join(', ')}${values.length > mostListed ? ', …' : ''}`
}

function bound(how: string, size: number | bigint, origin: string, exact: boolean | undefined): string {
  const unit = { string: ' character', array: ' item' }[origin] ?? ''
  return `${exact ? 'exactly' : how} ${size}${unit}${unit !== '' && Number(size) !== 1 ? 's' : ''}`
}
