import { its500 } from '../../contracts/its500/contract.ts'
import { randomCodeTypes } from '../../contracts/its500/random-code.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import type { Its500Context } from './orders.ts'
import { codeFinding, codeOf, receivingCodes } from './receiving-codes.ts'

/** Shows one of the codes that the merchant has uploaded. */
export async function randomCode(
  { type }: ParamsOf<typeof its500, 'randomCode'>,
  { account, fail }: Its500Context,
): Promise<BodyOf<typeof its500, 'randomCode'>> {
  const payType = randomCodeTypes[type]
  const field = codeOf(payType)
  const { qrcode, ...codes } = receivingCodes(account.id, account.settings.uploadedCodes)
  const code = codes[field]
  if (code === undefined)
    return fail('noReceivingCode', codeFinding('/type', 'See the account setting uploadedCodes.'))
  return {
    msg: its500.errors.codeFound.message,
    code: '10001' as const,
    onecode: code,
    codetype: field,
    qrcode: payType === 'ali' ? qrcode : '',
    listcode: JSON.stringify([code]),
  }
}
