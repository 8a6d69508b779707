// The operations of a document, each with what its path and its document say for it.
import { below, entriesOf, fieldsOf, itemsOf, type Place, resolve, rootOf } from './place.ts'

export interface PlacedOperation {
  readonly method: string
  readonly path: string
  /** The same for two operations that are the same on the wire, whatever the path parameters are called. */
  readonly key: string
  /** As it is shown. */
  readonly label: string
  readonly operation: Place
  readonly item: Place
}

/** What of an operation is compared by itself. */
export const comparedInOperation = [
  'operationId',
  'parameters',
  'requestBody',
  'responses',
  'security',
  'servers',
  'callbacks',
]

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** The operations of `paths`, of `webhooks`, or of a callback. */
export function listOperations(paths: Place, label?: (path: string) => string): PlacedOperation[] {
  return entriesOf(paths)
    .filter(([path]) => !path.startsWith('x-'))
    .flatMap(([path, place]) => {
      const item = resolve(place)
      return methods.flatMap(method => {
        const operation = below(item, method)
        if (operation.value === undefined) return []
        const shown = `${method.toUpperCase()} ${path}`
        return [
          {
            method,
            path,
            key: `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`,
            label: label ? label(path) : shown,
            operation,
            item,
          },
        ]
      })
    })
}

/** The parameters of an operation: its own, and those of its path that it does not say anew. */
export function parametersOf({ operation, item }: PlacedOperation): Map<string, Place> {
  const found = new Map<string, Place>()
  for (const list of [below(item, 'parameters'), below(operation, 'parameters')]) {
    for (const each of itemsOf(list)) {
      const place = resolve(each)
      const { name, in: where } = fieldsOf(place)
      // Names of headers have no case.
      const key = `${where} ${where === 'header' ? String(name).toLowerCase() : name}`
      found.set(key, place)
    }
  }
  return found
}

/** What an operation says by a keyword, or else its path, or else the document. */
export function inherited({ operation, item }: PlacedOperation, keyword: string): Place {
  for (const owner of [operation, item]) {
    const place = below(owner, keyword)
    if (place.value !== undefined) return place
  }
  return below(rootOf(operation.document), keyword)
}
