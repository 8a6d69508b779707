// The operations getPayWayTonglian and bizUser: the accounts that can receive, and those that can pay.
import * as z from 'zod'
import { assumed, defineOperation, documented, fact } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { errCode, errMsg } from './fields.ts'

const undescribed = 'the document names this interface and does not describe it'

/** Narrows a directory to one account; without it the directory is that of the first account. */
const whose = () =>
  fact(
    z.string().min(1).optional(),
    assumed(`${undescribed}; with several accounts something must say whose directory it is`),
    'Account that pays, to see what belongs to it.',
  )

export const getPayWayTonglian = defineOperation({
  methods: ['GET'],
  path: '/dms/payment/get-pay-way-tonglian',
  summary: 'The accounts that can receive: their ids are what reciever_id takes.',
  provenance: assumed(`${undescribed}: its method is a guess, its path is that of the document`),
  request: { in: 'query', schema: looseObject(() => ({ payer_id: whose() })) },
  response: looseObject(() => ({
    errCode: errCode(),
    errMsg: errMsg(),
    data: fact(
      z.array(
        z.looseObject({
          id: fact(
            z.string().min(1),
            documented('rule.receiver-id-source'),
            'Takes the place of reciever_id.',
          ),
          name: fact(z.string(), assumed(undescribed), 'Name of the account.'),
          pay_way: fact(z.array(z.string()), assumed(undescribed), 'Ways in which it can be paid.'),
        }),
      ),
      assumed(undescribed),
      'The accounts.',
    ),
  })),
  examples: [
    {
      name: 'receivers',
      provenance: assumed(undescribed),
      request: { payer_id: 'testtlzf' },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: [{ id: '100001', name: 'demo', pay_way: ['SCAN_WEIXIN', 'SCAN_ALIPAY'] }],
      },
    },
  ],
})

export const bizUser = defineOperation({
  methods: ['GET'],
  path: '/fin-account/biz-user',
  summary: 'The accounts that can pay: their biz_user_id is what payer_id takes.',
  provenance: assumed(`${undescribed}: its method is a guess, its path is that of the document`),
  request: { in: 'query', schema: looseObject(() => ({ payer_id: whose() })) },
  response: looseObject(() => ({
    errCode: errCode(),
    errMsg: errMsg(),
    data: fact(
      z.array(
        z.looseObject({
          biz_user_id: fact(
            z.string().min(1),
            documented('rule.payer-id-source'),
            'Takes the place of payer_id.',
          ),
          name: fact(z.string(), assumed(undescribed), 'Name of the account.'),
        }),
      ),
      assumed(undescribed),
      'The accounts.',
    ),
  })),
  examples: [
    {
      name: 'payers',
      provenance: assumed(undescribed),
      request: { payer_id: 'testtlzf' },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: [{ biz_user_id: 'testtlzf', name: 'demo' }],
      },
    },
  ],
})
