// The page that a payer sees where a shop has none of its own. Everything is in it: it loads nothing.
import { createHash } from 'node:crypto'
import { renderSVG } from 'uqr'
import { cashierScript } from './cashier-script.ts'
import { cashierStyle } from './cashier-style.ts'

export interface CashierPage {
  readonly orderId: string
  readonly name: string
  /** What must be paid, in yuan with two decimals. */
  readonly price: string
  /** The price as ordered, in yuan. */
  readonly originalprice: string
  /** By how much it was lowered, in yuan with two decimals. */
  readonly discount: string
  readonly payType: 'wx' | 'ali'
  /** The text of the QR code. */
  readonly qr: string
  /** The link that opens the wallet on the phone that shows the page, if there is one. */
  readonly appLink: string | undefined
  /** Where the payer goes once all is paid; anything but an http address counts as none. */
  readonly reurl: string
  /** Milliseconds until the order expires; null for never. */
  readonly leftMs: number | null
  readonly pollMs: number
}

const wallets = {
  wx: { name: '微信支付', scan: '请用微信“扫一扫”扫描二维码' },
  ali: { name: '支付宝', scan: '请用支付宝“扫一扫”扫描二维码' },
} as const

/** The document of the cashier page. */
export function toCashierPage(page: CashierPage): string {
  const wallet = wallets[page.payType]
  const price = escapeHtml(page.price)
  const back = isWebAddress(page.reurl) ? page.reurl : undefined
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<link rel="icon" href="data:,">
<title>¥${price} · ${wallet.name}收银台</title>
<style>${cashierStyle}</style>
</head>
<body class="${page.payType}" data-order="${escapeHtml(page.orderId)}" data-left="${page.leftMs ?? ''}" data-poll="${page.pollMs}" data-state="waiting">
<main>
<header><span class="mark" aria-hidden="true">${page.payType === 'wx' ? '微' : '支'}</span>${wallet.name}</header>
<h1>${escapeHtml(page.name)}</h1>
<p class="price"><span class="sign">¥</span><strong>${price}</strong></p>
<p class="original">原价 ¥${escapeHtml(page.originalprice)}，已随机立减 ¥${page.discount}</p>
<p class="notice"><span>请务必支付 <b>${price}</b> 元</span> <span>一分不多、一分不少，否则无法到账</span></p>
<div class="code">
<div class="qr" role="img" aria-label="${wallet.name}收款二维码">${renderSVG(page.qr, { ecc: 'M', border: 4, pixelSize: 1 })}</div>
<div class="over" aria-hidden="true"><span class="sign-paid">✓</span><span class="sign-expired">已失效</span></div>
</div>
<p class="scan">${wallet.scan}，并输入上方金额</p>
${page.appLink === undefined ? '' : `<a class="open" href="${escapeHtml(page.appLink)}">打开${wallet.name}付款</a>\n`}${
  page.leftMs === null
    ? ''
    : `<p class="left">剩余支付时间 <time role="timer" id="left">${toClock(page.leftMs)}</time></p>\n`
}<p class="status" id="status" role="status" aria-live="polite">等待付款…</p>
${back === undefined ? '' : `<a class="back" id="back" href="${escapeHtml(back)}" hidden>返回商户</a>\n`}<noscript><p class="status">请开启 JavaScript 以查看支付结果</p></noscript>
<footer>订单号 <span>${escapeHtml(page.orderId)}</span></footer>
</main>
<script>${cashierScript}</script>
</body>
</html>
`
}

/** It loads nothing, runs its own script and no other, and asks only the host that it came from. */
const contentPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(cashierScript).digest('base64')}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** Milliseconds as minutes and seconds, as the script writes them too. */
function toClock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return [Math.floor(seconds / 60), seconds % 60].map(part => String(part).padStart(2, '0')).join(':')
}
