import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const renderer = join(import.meta.dirname, '../../src/renderer')
const css = readFileSync(join(renderer, 'styles/tokens.css'), 'utf8').replace(/\/\*.*?\*\//gs, '')

type Tokens = ReadonlyMap<string, string>
type Theme = 'light' | 'dark'

/** Each rule of the file: its selector and its declarations, in order. */
const rules = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
  selector: selector.trim(),
  declarations: [...body.matchAll(/([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value] as const),
}))
const stated = rules
  .filter(({ selector }) => !selector.startsWith('@property'))
  .flatMap(({ selector, declarations }) => declarations.map(([name, value]) => ({ selector, name, value })))
const tokens = stated.filter(({ name }) => name.startsWith('--'))

const argument = String.raw`((?:[^(),]|\([^()]*\))+)`
const pair = new RegExp(String.raw`light-dark\(${argument},${argument}\)`, 'g')

/** The tokens of one theme. */
function tokensIn(theme: Theme): Tokens {
  return new Map(
    tokens.map(({ name, value }) => [
      name.slice(2),
      value.replace(pair, (_both, light: string, dark: string) => (theme === 'light' ? light : dark).trim()),
    ]),
  )
}

/** Relative luminance of a colour in hex (WCAG 2.2); anything else is NaN, which fails every contrast. */
function luminance(hex: string): number {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return Number.NaN
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(colours: Tokens, front: string, back: string): number {
  const [low = 0, high = 0] = [front, back].map((name) => luminance(colours.get(name) ?? '')).sort((a, b) => a - b)
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

// @proves Window: Everything by keyboard; targets of 48 px; no overflow at 1366×768 and 200 %; light and dark with enough contrast
describe.each(['light', 'dark'] as const)('the %s colours', (theme) => {
  const colours = tokensIn(theme)

  it.each(texts)('let %s be read on everything it stands on (AA)', (front, backs) => {
    for (const back of backs) expect([back, contrast(colours, front, back) >= 4.5]).toEqual([back, true])
  })

  it('let the edges of fields and the focus be seen', () => {
    for (const ground of grounds) {
      expect(contrast(colours, 'line-strong', ground)).toBeGreaterThanOrEqual(3)
      expect(contrast(colours, 'focus', ground)).toBeGreaterThanOrEqual(3)
    }
  })
})

describe('the colours', () => {
  it('differ between the themes, each of them', () => {
    const [light, dark] = [tokensIn('light'), tokensIn('dark')]
    const coloured = [...light.keys()].filter((name) => /#|rgb\(/.test(light.get(name) ?? ''))
    expect(coloured.length).toBeGreaterThan(20)
    expect(coloured.filter((name) => light.get(name) === dark.get(name))).toEqual([])
  })

  it('are stated once, as a pair, and no colour stands outside of a pair', () => {
    const names = tokens.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
    expect(tokens.filter(({ value }) => /#|rgb\(|light-dark\(/.test(value.replace(pair, '')))).toEqual([])
  })

  it('follow the computer until a theme is chosen, and then the choice alone', () => {
    expect(stated.filter(({ selector, name }) => selector !== ':root' || name === 'color-scheme')).toEqual([
      { selector: ':root', name: 'color-scheme', value: 'light dark' },
      { selector: ':root[data-theme="light"]', name: 'color-scheme', value: 'light' },
      { selector: ':root[data-theme="dark"]', name: 'color-scheme', value: 'dark' },
    ])
  })

  it('that the plot paints on its canvas are registered, so that it reads a colour and no light-dark()', () => {
    const plot = readFileSync(join(renderer, 'features/session/LatencyPlot.tsx'), 'utf8')
    const painted = [...plot.matchAll(/getPropertyValue\('(--[\w-]+)'\)/g)].map(([, name]) => name)
    const registered = rules
      .filter(({ declarations }) => declarations.some(([name, value]) => name === 'syntax' && value === '"<color>"'))
      .map(({ selector }) => selector.replace('@property ', ''))
    expect(painted).toHaveLength(2)
    expect(registered).toEqual(painted)
  })
})
