import type { oas31 } from 'openapi3-ts'
import type * as z from 'zod'
import {
  type Callback,
  type Describable,
  type Operation,
  type OperationExample,
  provenanceKey,
} from '../contract/index.ts'
import { capitalise } from './names.ts'
import { propertiesOf, toSchema } from './schema.ts'

/** One operation as the path item of its path, with the callbacks that follow from it. */
export function toPathItem(contract: Describable, name: string, operation: Operation): oas31.PathItemObject {
  const item: oas31.PathItemObject = {}
  for (const method of operation.methods) {
    const key = method.toLowerCase() as 'get'
    // What another method has in its body, GET has in its query.
    const { request } = operation
    const placed =
      method === 'GET' ? { ...operation, request: { ...request, in: 'query' as const } } : operation
    item[key] = toOperation(
      contract,
      operation.methods.length === 1 ? name : `${name}${method}`,
      name,
      placed,
    )
  }
  return item
}

function toOperation(
  contract: Describable,
  id: string,
  name: string,
  operation: Operation,
): oas31.OperationObject {
  const { request } = operation
  const callbacks = Object.entries(contract.callbacks).filter(([, callback]) => callback.after === name)
  const parameters = [
    ...toParameters('path', operation.pathParameters),
    ...toParameters('header', operation.headers),
    ...(request.in === 'query' ? toParameters('query', request.schema, operation.examples) : []),
  ]
  return {
    operationId: id,
    summary: operation.summary,
    [provenanceKey]: operation.provenance,
    ...(parameters.length > 0 && { parameters }),
    ...(request.in === 'body' && { requestBody: toRequestBody(operation) }),
    responses: toResponses(contract, name, operation),
    ...toSecurity(contract, operation),
    ...(callbacks.length > 0 && {
      callbacks: Object.fromEntries(callbacks.map(([key, callback]) => [key, toCallback(key, callback)])),
    }),
  }
}

/** Where it differs from what the document says for all operations. */
function toSecurity(
  contract: Describable,
  { credentials = 'required' }: Operation,
): Pick<oas31.OperationObject, 'security'> {
  const names = Object.keys(contract.security)
  if (credentials === 'required' || names.length === 0) return {}
  const all = Object.fromEntries(names.map(name => [name, []]))
  return { security: credentials === 'none' ? [] : [{}, all] }
}

function toParameters(
  where: 'path' | 'header' | 'query',
  schema: z.ZodObject | undefined,
  examples: readonly OperationExample[] = [],
): oas31.ParameterObject[] {
  return schema
    ? propertiesOf(schema).map(({ name, schema: { description, ...rest }, required }) => ({
        name,
        in: where,
        required: where === 'path' || required,
        ...(description !== undefined && { description }),
        schema: rest,
        ...toParameterExamples(name, examples),
      }))
    : []
}

/** What the examples of an operation send as one parameter. */
function toParameterExamples(
  parameter: string,
  examples: readonly OperationExample[],
): Pick<oas31.ParameterObject, 'examples'> {
  const sent = examples.filter(({ request }) => parameter in request)
  if (sent.length === 0) return {}
  return {
    examples: Object.fromEntries(sent.map(({ name, request }) => [name, { value: request[parameter] }])),
  }
}

function toRequestBody({ request, examples }: Operation): oas31.RequestBodyObject {
  const schema = toSchema(request.schema)
  const media: oas31.MediaTypeObject = {
    schema,
    ...(examples.length > 0 && {
      examples: Object.fromEntries(examples.map(({ name, request: value }) => [name, { value }])),
    }),
  }
  return {
    required: (schema.required ?? []).length > 0,
    content: Object.fromEntries((request.contentTypes ?? ['application/json']).map(type => [type, media])),
  }
}

/** Answers and refusals by HTTP status; most providers send both with 200. */
function toResponses(contract: Describable, name: string, operation: Operation): oas31.ResponsesObject {
  const byStatus = new Map<
    number,
    {
      schemas: Set<string>
      examples: Record<string, oas31.ExampleObject | oas31.ReferenceObject>
      texts: string[]
    }
  >()
  const at = (status: number) => {
    const known = byStatus.get(status) ?? { schemas: new Set<string>(), examples: {}, texts: [] }
    byStatus.set(status, known)
    return known
  }
  const success = at(operation.status ?? 200)
  success.schemas.add(`${capitalise(name)}Answer`)
  success.texts.push('The answer.')
  for (const example of operation.examples) success.examples[example.name] = { value: example.response }
  for (const [key, row] of Object.entries(contract.errors)) {
    if (row.outcome === 'success') continue
    const refusal = at(row.status ?? 200)
    refusal.schemas.add('Refusal')
    if (refusal !== success) refusal.texts.push(`${row.code}: ${row.meaning}`)
    if (contract.wire) refusal.examples[key] = { $ref: `#/components/examples/${key}` }
  }
  return Object.fromEntries(
    [...byStatus].map(([status, parts]) => [
      String(status),
      {
        ...toResponse(parts, parts === success ? operation : {}),
        ...toHeaders(contract),
      },
    ]),
  )
}

function toHeaders({ responseHeaders }: Describable): Pick<oas31.ResponseObject, 'headers'> {
  if (!responseHeaders) return {}
  const headers = propertiesOf(responseHeaders).map(
    ({ name, schema: { description, ...schema }, required }) => [
      name,
      { required, ...(description !== undefined && { description }), schema },
    ],
  )
  return { headers: Object.fromEntries(headers) }
}

function toResponse(
  parts: {
    schemas: Set<string>
    examples: Record<string, oas31.ExampleObject | oas31.ReferenceObject>
    texts: string[]
  },
  { page, responseType = 'application/json' }: Pick<Operation, 'page' | 'responseType'>,
): oas31.ResponseObject {
  const refs = [...parts.schemas].map(schema => ({ $ref: `#/components/schemas/${schema}` }))
  const [only] = refs
  const schema = refs.length === 1 && only ? only : { anyOf: refs }
  const hasExamples = Object.keys(parts.examples).length > 0
  const description =
    parts.schemas.size > 1 ? 'The answer, or a refusal: its code tells.' : parts.texts.join(' ')
  return {
    description,
    content: {
      [responseType]: { schema, ...(hasExamples && { examples: parts.examples }) },
      ...(page && {
        'text/html': {
          schema: { type: 'string', description: page.summary, [provenanceKey]: page.provenance },
        },
      }),
    },
  }
}

function toCallback(name: string, callback: Callback): oas31.CallbackObject {
  return {
    [callback.url]: {
      post: {
        operationId: `${name}Callback`,
        summary: callback.summary,
        [provenanceKey]: callback.provenance,
        requestBody: {
          required: true,
          content: {
            [callback.contentType]: {
              schema: { $ref: `#/components/schemas/${capitalise(name)}Callback` },
              examples: { [name]: { value: callback.example } },
            },
          },
        },
        responses: {
          '200': {
            description: `Received: ${callback.acknowledgement.text}.`,
            [provenanceKey]: callback.acknowledgement.provenance,
          },
        },
        security: [],
      },
    },
  }
}
