// Reads the committed OpenAPI documents and validates values against them, without the code that wrote them.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import type { oas31 } from 'openapi3-ts'
import { parse } from 'yaml'

export type Document = oas31.OpenAPIObject
type Schema = oas31.SchemaObject | oas31.ReferenceObject

/** One operation or callback of a document. */
export interface PlacedOperation {
  readonly path: string
  readonly method: string
  readonly operation: oas31.OperationObject
}

const documents = new Map<string, Document>()

const methods = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'trace'] as const

/** The text of `specs/<id>.openapi.yaml`. */
export function readSpec(id: string): string {
  return readFileSync(new URL(`../../specs/${id}.openapi.yaml`, import.meta.url), 'utf8')
}

export function readDocument(id: string): Document {
  const known = documents.get(id)
  if (known) return known
  const document = parse(readSpec(id)) as Document
  documents.set(id, document)
  return document
}

/** The operations of a document, in its order. */
export function operationsOf(document: Document): PlacedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) => operationsIn(path, item))
}

/** The operations of one path item, of `paths` or of a callback. */
export function operationsIn(path: string, item: oas31.PathItemObject): PlacedOperation[] {
  return methods.flatMap(method => {
    const operation = item[method]
    return operation ? [{ path, method: method.toUpperCase(), operation }] : []
  })
}

/** The schema of a request's parameters: of the body, or of the query as one object. */
export function requestSchemaOf(operation: oas31.OperationObject): Schema {
  const { parameters = [], requestBody } = operation
  if (requestBody && 'content' in requestBody) {
    const [media] = Object.values(requestBody.content)
    return media?.schema ?? {}
  }
  const query = parameters.filter(isParameter).filter(parameter => parameter.in === 'query')
  return {
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema = {} }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  }
}

export function isParameter(
  parameter: oas31.ParameterObject | oas31.ReferenceObject,
): parameter is oas31.ParameterObject {
  return 'in' in parameter
}

/** Tells what is wrong with a value by a schema of the document; undefined if nothing is. */
export function validatorOf(document: Document, schema: Schema): (value: unknown) => string | undefined {
  const ajv = createAjv()
  // Along with the components, so that references find them.
  const validate = ajv.compile({ ...schema, components: document.components })
  return value => (validate(value) ? undefined : ajv.errorsText(validate.errors))
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
  ajvFormats.default(ajv)
  ajv.addVocabulary(['components', 'x-provenance', 'x-refusal'])
  // JSON Schema leaves the content of a text to the reader; here it counts.
  ajv.removeKeyword('contentSchema')
  ajv.addKeyword({
    keyword: 'contentSchema',
    type: 'string',
    compile(schema: oas31.SchemaObject) {
      const validate = createAjv().compile(schema)
      return (text: string) => {
        try {
          return validate(JSON.parse(text)) as boolean
        } catch {
          return false
        }
      }
    },
  })
  return ajv
}
