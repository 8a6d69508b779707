// The texts of QR codes, by wallet. That of WeChat is in the document; the others only look like theirs.
import type { Wallet } from '../../contracts/qfpay/pay-types.ts'
import { base62, digits, type RandomStream } from '../../src/double/random.ts'

/** @param amount in minor units of Hong Kong dollars; some codes have it in them */
export function qrCodeOf(wallet: Wallet, random: RandomStream, amount: number): string {
  switch (wallet) {
    case 'Alipay':
    case 'Alipay HK':
      return `https://qr.alipay.com/bax${random.text(21, base62).toLowerCase()}`
    case 'PayMe':
      return `https://qr.payme.hsbc.com.hk/2/${random.text(22, base62)}`
    case 'UnionPay':
      return `https://qr.95516.com/00010000/${random.text(32, digits)}`
    case 'FPS':
      return fpsCode(random.text(7, digits), amount)
    case 'Octopus':
      return `https://octopus.example/pay/${random.text(24, base62)}`
    default:
      return `weixin://wxpay/bizpayurl?pr=${random.text(7, base62)}`
  }
}

/** An EMVCo text as banks in Hong Kong read it: tag, length, value; the last one is a checksum. */
function fpsCode(proxy: string, amount: number): string {
  const text = [
    field('00', '01'),
    field('01', '12'),
    field('26', field('00', 'hk.com.hkicl') + field('02', proxy)),
    field('52', '0000'),
    field('53', '344'),
    field('54', (amount / 100).toFixed(2)),
    field('58', 'HK'),
    field('59', 'NA'),
    field('60', 'HK'),
    '6304',
  ].join('')
  return text + checksum(text)
}

function field(tag: string, value: string): string {
  return tag + String(value.length).padStart(2, '0') + value
}

/** CRC-16/CCITT-FALSE, four hex digits. */
function checksum(text: string): string {
  let crc = 0xffff
  for (const character of text) {
    crc ^= character.charCodeAt(0) << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000 ? 0x1021 : 0) ^ (crc << 1)) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}
