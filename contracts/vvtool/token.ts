// The operations token and oldToken: an access token, at the newer and at the older address.
import * as z from 'zod'
import { defineOperation, fact, type Operation, observed, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { envelope } from './fields.ts'

/** Seconds that an issued token is good for: 360 days. */
export const tokenLifeSeconds = 31_104_000

const tokenRequest = looseObject(() => ({
  grant_type: fact(
    z.literal('client_credentials'),
    published('token.request.grant_type'),
    'How the token is asked for.',
  ),
  scope: fact(
    z.string().optional(),
    published('token.request.scope'),
    'Optional; no source lists its values.',
  ),
  client_id: fact(z.string().min(1), published('token.request.client_id'), "The merchant's Account."),
  client_secret: fact(
    z.string().min(1),
    published('token.request.client_secret'),
    "The merchant's Accessskey (spelled so on the page).",
  ),
}))

const tokenAnswer = looseObject(() => ({
  code: fact(z.literal(0), observed('token.response.code'), envelope.code),
  msg: fact(z.string(), observed('token.response.msg'), envelope.msg),
  msec: fact(z.int().nonnegative(), observed('token.response.msec'), envelope.msec),
  time: fact(z.int().nonnegative(), observed('token.response.time'), envelope.time),
  data: fact(
    z.looseObject({
      access_token: fact(
        z.string().regex(/^[0-9a-f]{40}$/, 'not 40 hex digits'),
        observed('token.response.data.access_token'),
        'The token.',
      ),
      expires_in: fact(
        z.int().positive(),
        observed('token.response.data.expires_in'),
        'Seconds for which it is good: 360 days.',
      ),
      token_type: fact(z.string(), observed('token.response.data.token_type'), 'How it is sent: Bearer.'),
      scope: fact(z.string(), observed('token.response.data.scope'), 'What it is for.'),
    }),
    observed('rule.token-response'),
    'The token and its life.',
  ),
}))

const tokenOperation = <const P extends string>(
  given: Pick<Operation, 'summary' | 'provenance'> & { path: P },
) =>
  defineOperation({
    ...given,
    methods: ['POST'],
    credentials: 'none',
    request: {
      in: 'body',
      contentTypes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
      schema: tokenRequest,
    },
    response: tokenAnswer,
    examples: [
      {
        name: 'token',
        provenance: observed('rule.token-response', 'the request and the token are invented'),
        request: {
          grant_type: 'client_credentials',
          client_id: 'demo-client',
          client_secret: 'de300000000000000000000000000060',
        },
        response: {
          code: 0,
          msg: '查询成功',
          msec: 41,
          time: 1702307834,
          data: {
            access_token: 'de300000000000000000000000000000000000c2',
            expires_in: tokenLifeSeconds,
            token_type: 'Bearer',
            scope: 'show',
          },
        },
      },
    ],
  })

export const token = tokenOperation({
  path: '/api/proxy/oauth/token',
  summary: 'Issues an access token.',
  provenance: published('token'),
})

export const oldToken = {
  ...tokenOperation({
    path: '/oauth/token',
    summary: 'Issues an access token, at the older address.',
    provenance: published('oldToken'),
  }),
  advice: [
    {
      kind: 'oldTokenAddress',
      pointer: '',
      message: `Newer interfaces need a token of ${token.path}; those of this address may be invalid.`,
      provenance: published('rule.old-tokens-may-be-invalid'),
      applies: () => true,
    },
  ],
}
