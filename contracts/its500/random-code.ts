// The operation randomCode: one of the receiving codes of a merchant.
import * as z from 'zod'
import { defineOperation, fact, observed, refusalKey } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'

/** The `type` of a random code, as the pay type that it stands for. */
export const randomCodeTypes = { '1': 'wx', '2': 'ali' } as const

export const randomCode = defineOperation({
  methods: ['GET'],
  path: '/randomCode',
  summary: "One of the merchant's uploaded receiving codes.",
  provenance: observed('randomCode'),
  credentials: 'none',
  request: {
    in: 'query',
    schema: looseObject(() => ({
      key: fact(z.string().min(1), observed('randomCode.request.key'), 'The AppKey.'),
      type: fact(
        z.enum(['1', '2'], { error: 'not 1 or 2' }).meta({ [refusalKey]: 'invalidRequest' }),
        observed('randomCode.request.type'),
        '1 is WeChat, 2 is Alipay.',
      ),
    })),
  },
  response: looseObject(() => ({
    msg: fact(z.string(), observed('rule.random-code-answer'), 'Text of the answer.'),
    code: fact(z.literal('10001'), observed('rule.random-code-answer'), '10001 is success.'),
    onecode: fact(
      z.string(),
      observed('rule.random-code-answer', 'that it is the address of the code is assumed'),
      'Address of the code that was chosen.',
    ),
    codetype: fact(
      z.enum(['wxcode', 'zfbcode']),
      observed('rule.random-code-answer', 'zfbcode is assumed, after the field of that name in an order'),
      'Which code it is.',
    ),
    qrcode: fact(
      z.string(),
      observed('rule.random-code-answer', 'that it opens Alipay, as in an order, is assumed'),
      'Opens Alipay on the transfer page; empty for WeChat.',
    ),
    listcode: fact(
      z.string().regex(/^\[.*\]$/s, 'not a list as JSON'),
      observed('rule.random-code-answer', 'that its items are addresses is assumed'),
      'All codes of the type, as JSON text.',
    ),
  })),
  examples: [
    {
      name: 'code',
      provenance: observed('rule.random-code-answer', 'onecode, qrcode and listcode are invented'),
      request: { key: '0123456789abcdef', type: '1' },
      response: {
        msg: '查询成功',
        code: '10001',
        onecode: 'http://zyphoto.xxx.cn/20210309003047',
        codetype: 'wxcode',
        qrcode: '',
        listcode: '["http://zyphoto.xxx.cn/20210309003047"]',
      },
    },
  ],
})
