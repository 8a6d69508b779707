// A real Chromium, from the registry, for what a person sees.
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
  // Unpacked on first use, into a folder for temporary files.
  const executablePath = await chromium.executablePath()
  return launcher.launch({
    executablePath,
    // Not the package's own arguments: they have one process do everything, which ends with the first page.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    headless: true,
    timeout: 60_000,
  })
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
