// A real Chromium, from the registry, for what a person sees.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import chromium from '@sparticuz/chromium'
import jsQR from 'jsqr'
import { type Browser, chromium as launcher, type Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { onTestFinished } from 'vitest'

let launched: Promise<Browser> | undefined

/** The browser of this test file; it is started once, and ended with {@link closeBrowser}. */
function browser(): Promise<Browser> {
  launched ??= start()
  return launched
}

async function start(): Promise<Browser> {
  return launcher.launch({
    executablePath: await unpack(),
    // Not the package's own arguments: they have one process do everything, which ends with the first page.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    headless: true,
    timeout: 60_000,
  })
}

/**
 * Unpacks the browser, unless that was done. It takes seconds, so another test file may do it at the same
 * time: each does so in a folder of its own, and the first to be ready gives it the name.
 */
async function unpack(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = JSON.parse(readFileSync(join(dirname(main), '../package.json'), 'utf8'))
  const folder = join(tmpdir(), `paydouble-chromium-${version}`)
  const path = join(folder, 'chromium')
  if (existsSync(path)) return path
  const own = await mkdtemp(`${folder}-`)
  const { TMPDIR } = process.env
  process.env.TMPDIR = own
  try {
    await chromium.executablePath()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  await rename(own, folder).catch(() => rm(own, { recursive: true }))
  return path
}

/** To be called after all tests of a file that opens pages. */
export async function closeBrowser(): Promise<void> {
  const ending = launched
  launched = undefined
  await (await ending)?.close()
}

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
}

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1280, height: 900 }

/** A page in a browser of its own; it is closed with the test. What goes wrong in it is in `errors`. */
export async function openPage(options: PageOptions = {}): Promise<{ page: Page; errors: string[] }> {
  const { colorScheme = 'light', viewport = phone } = options
  const isPhone = viewport.width < 600
  const context = await (await browser()).newContext({
    colorScheme,
    viewport,
    isMobile: isPhone,
    hasTouch: isPhone,
    locale: 'zh-CN',
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return { page, errors }
}

/** The text of the QR code in a picture, or undefined where there is none. */
export function readQr(png: Uint8Array): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(png))
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data
}
