// Facts about dms that are neither field nor code.
import { assumed, documented, observed, type Rule } from '../../src/contract/index.ts'
import { orderStates } from './get-order-detail.ts'

export const rules = {
  envelope: {
    value: ['errCode', 'errMsg', 'data'],
    description: 'The fields of every answer.',
    provenance: documented('rule.answer-envelope'),
  },
  emptyFields: {
    value: {
      weChatAPPInfo: [],
      payFailMessage: '',
      tradeNo: '',
      payCode: '',
      extendInfo: '',
      payStatus: '',
    },
    description: 'Fields of data that are there with nothing in them while the payer has yet to scan.',
    provenance: documented('rule.empty-fields-kept'),
  },
  orderNo: {
    value: '^\\d{19}$',
    description: "Form of orderNo, allinpay's number.",
    provenance: observed('rule.order-no-19-digits'),
  },
  alipayCode: {
    value: 'https://qr.alipay.com/',
    description: 'How payInfo begins for SCAN_ALIPAY.',
    provenance: documented('rule.pay-info-alipay-prefix'),
  },
  wechatCode: {
    value: 'weixin://wxpay/bizpayurl?pr=',
    description: 'How payInfo begins for SCAN_WEIXIN.',
    provenance: assumed('the sample is one of Alipay; WeChat codes look so at other providers'),
  },
  orderNumberLength: {
    value: 255,
    description: 'Characters of the longest bz_order.',
    provenance: assumed('no limit is documented'),
  },
  largestAmount: {
    value: '999999999999999',
    description: 'Amounts in a form have at most 15 digits.',
    provenance: assumed('no limit is documented; beyond it fen would not be exact numbers'),
  },
  orderStates: {
    value: {
      '1': '未支付',
      '3': '交易失败',
      '4': '交易成功',
      '5': '交易成功-发生退款',
      '6': '关闭',
      '99': '进行中',
    },
    description: 'The states of an order at allinpay.',
    provenance: observed('rule.allinpay-order-status'),
  },
  expiredState: {
    value: orderStates.closed,
    description: 'An order that has expired is closed.',
    provenance: assumed('allinpay has no other state for it'),
  },
  declinedState: {
    value: orderStates.failed,
    description: 'An order that the payer has declined has failed.',
    provenance: assumed('allinpay has a state for failed orders; when scan orders get it, no source says'),
  },
  directoryOfOneAccount: {
    value: true,
    description: 'The directories list the ids of one account: that of payer_id, or else the first one.',
    provenance: assumed('the document describes neither of them'),
  },
  bodyForms: {
    value: ['application/json', 'application/x-www-form-urlencoded'],
    description: 'Bodies that are read.',
    provenance: assumed('the document names the method, but no content type'),
  },
  noCredential: {
    value: true,
    description: 'Requests carry no credential; the account is told by payer_id.',
    provenance: assumed('the document names none'),
  },
  noCallback: {
    value: true,
    description: 'The double sends no callback for dms.',
    provenance: assumed(
      'the document has none; how the layer below notifies dms is not how dms notifies a merchant',
    ),
  },
} as const satisfies Record<string, Rule>
