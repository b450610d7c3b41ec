import type { Locator } from '@playwright/test'

/** The lowest contrast (WCAG 2) of all texts below an element against the colour behind them, opacity included. */
export async function lowestContrast(place: Locator): Promise<{ ratio: number; text: string }> {
  return place.evaluate((root) => {
    type Colour = readonly [number, number, number, number]
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const read = (css: string): Colour => {
      if (canvas === null) throw new Error('no canvas')
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = css
      canvas.fillRect(0, 0, 1, 1)
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [r, g, b, a / 255]
    }
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (index: 0 | 1 | 2) => top[index] * top[3] + below[index] * (1 - top[3])
      return [mix(0), mix(1), mix(2), 1]
    }
    const luminance = (colour: Colour) => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const chain = (element: Element | null): Element[] =>
      element === null ? [] : [...chain(element.parentElement), element]
    const contrastOf = (element: Element) => {
      const parents = chain(element)
      const ground = parents.reduce<Colour>(
        (below, parent) => over(read(getComputedStyle(parent).backgroundColor), below),
        [255, 255, 255, 1],
      )
      const opacity = parents.reduce((product, parent) => product * Number(getComputedStyle(parent).opacity), 1)
      const [r, g, b, a] = read(getComputedStyle(element).color)
      const [light = 0, dark = 0] = [luminance(over([r, g, b, a * opacity], ground)), luminance(ground)].sort(
        (one, other) => other - one,
      )
      return (light + 0.05) / (dark + 0.05)
    }
    const texts = [...root.querySelectorAll('*')].filter(
      (element) =>
        element.checkVisibility() &&
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== ''),
    )
    const measured = texts.map((element) => ({ ratio: contrastOf(element), text: element.textContent ?? '' }))
    return measured.sort((one, other) => one.ratio - other.ratio)[0] ?? { ratio: 0, text: 'no text found' }
  })
}
