import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../src/renderer/styles/tokens.css'), 'utf8')

type Tokens = Map<string, string>

function tokensOf(block: string): Tokens {
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name ?? '', value ?? '']))
}

const blocks = [...css.matchAll(/\{([^{}]*)\}/g)].map(([, block]) => tokensOf(block ?? ''))
const [light = new Map(), chosenDark = new Map(), systemDark = new Map()] = blocks

/** Relative luminance of a colour in hex (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(tokens: Tokens, front: string, back: string): number {
  const [low = 0, high = 0] = [front, back].map((name) => luminance(tokens.get(name) ?? '')).sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['page', 'surface', 'surface-2']
const texts: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['ink', [...grounds, 'surface-3', 'accent-soft', 'warning-soft', 'danger-soft', 'info-soft']],
  ['ink-2', [...grounds, 'surface-3', 'accent-soft', 'warning-soft', 'danger-soft', 'info-soft']],
  ['accent', ['surface', 'surface-2', 'accent-soft']],
  ['on-accent', ['accent', 'accent-strong']],
  ['good', ['surface', 'good-soft']],
  ['warning', ['surface', 'warning-soft']],
  ['danger', ['surface', 'surface-2', 'danger-soft']],
  ['info', ['surface', 'info-soft']],
]

describe.each([
  ['light', light],
  ['dark', chosenDark],
])('the %s colours', (_name, tokens) => {
  it.each(texts)('let %s be read on everything it stands on (AA)', (front, backs) => {
    for (const back of backs) expect([back, contrast(tokens, front, back) >= 4.5]).toEqual([back, true])
  })

  it('let the edges of fields and the focus be seen', () => {
    for (const ground of grounds) {
      expect(contrast(tokens, 'line-strong', ground)).toBeGreaterThanOrEqual(3)
      expect(contrast(tokens, 'focus', ground)).toBeGreaterThanOrEqual(3)
    }
  })
})

describe('the dark colours', () => {
  it('are the same by choice and by the computer', () => {
    expect(chosenDark.size).toBeGreaterThan(20)
    expect([...systemDark]).toEqual([...chosenDark])
  })
})
