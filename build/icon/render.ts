/**
 * `node build/icon/render.ts`: draws icon.svg in the sizes of the three systems and writes their icon files.
 * The results are committed, so that packaging needs no browser.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findChromium } from '../../e2e/stand-in/find-chromium.mjs'

interface Png2Icons {
  readonly BICUBIC2: number
  createICNS(png: Buffer, algorithm: number, colours: number): Buffer | null
  createICO(png: Buffer, algorithm: number, colours: number, usePng: boolean, forWindows: boolean): Buffer | null
}
const png2icons = createRequire(import.meta.url)('png2icons') as Png2Icons

const folder = import.meta.dirname
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8')
const sizes = [16, 32, 48, 64, 128, 256, 512, 1024]

function write(name: string, content: Buffer | null): void {
  if (!content) throw new Error(`${name} could not be made.`)
  writeFileSync(join(folder, name), content)
}

const browser = await chromium.launch({ executablePath: findChromium() })
const page = await browser.newPage()
mkdirSync(join(folder, 'png'), { recursive: true })
for (const size of sizes) {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  write(`png/${size}x${size}.png`, await page.screenshot({ omitBackground: true }))
}
await browser.close()

const largest = readFileSync(join(folder, 'png/1024x1024.png'))
write('icon.icns', png2icons.createICNS(largest, png2icons.BICUBIC2, 0))
write('icon.ico', png2icons.createICO(largest, png2icons.BICUBIC2, 0, true, true))
