import { assumed, documented, type ErrorRow } from '../../src/contract/index.ts'

const noTable = "the error table is on the document's home page, which is not part of it"

const refused = (code: string, message: string, meaning: string) =>
  ({ code, message, meaning, outcome: 'failed', provenance: assumed(noTable, 'errorCodes') }) as const

export const errors = {
  success: {
    code: '1000',
    message: '请求成功',
    meaning: 'Success.',
    outcome: 'success',
    provenance: documented('code.1000'),
  },
  malformed: refused('1001', '请求格式错误', 'The body cannot be read.'),
  invalidParameter: refused('1002', '参数错误', 'A parameter is missing or wrong.'),
  unknownPayer: refused('1003', '付款账户不存在', 'No account has this payer_id.'),
  unknownReceiver: refused('1004', '收款账户不存在', 'The reciever_id does not belong to the account.'),
  duplicateOrder: refused('1005', '订单已经存在', 'The bz_order was used before.'),
  orderUnknown: refused('1006', '订单不存在', 'The account has no order with this bz_order.'),
} as const satisfies Record<string, ErrorRow>

/** The rows of the error table whose code and text an account may change: all but that of success. */
export const assumedRows = [
  'malformed',
  'invalidParameter',
  'unknownPayer',
  'unknownReceiver',
  'duplicateOrder',
  'orderUnknown',
] as const
