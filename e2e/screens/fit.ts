import type { Page } from '@playwright/test'

/** What does not fit on a page, one line each, and texts that come from no locale. */
export interface Misfits {
  /** Texts that are cut, leave their box or the window, or lie on each other. */
  readonly cut: string[]
  /** Texts and spoken names without the brackets of the pseudo-locale. */
  readonly hardCoded: string[]
}

/**
 * Looks at every visible text of the page. A text of a server (in `bdi`) may end in an ellipsis; our own may not. Parts that
 * scroll show the rest of their texts.
 */
export function misfits(page: Page): Promise<Misfits> {
  return page.evaluate(() => {
    const slack = 1.5
    const cut: string[] = []
    const hardCoded: string[] = []
    const boxes =
      'button, .chip, .action, label, th, td, dd, dt, .tile, .notice, .panel, .window, .plate, .field__input'
    const scrolls = (overflow: string) => overflow === 'auto' || overflow === 'scroll'
    const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
    const chains = new Map<Element, Element[]>()
    const ancestors = (element: Element | null): Element[] => {
      if (element === null) return []
      const known = chains.get(element)
      if (known !== undefined) return known
      const chain = [element, ...ancestors(element.parentElement)]
      chains.set(element, chain)
      return chain
    }
    const styles = new Map<Element, CSSStyleDeclaration>()
    const styleOf = (element: Element): CSSStyleDeclaration => {
      const style = styles.get(element) ?? getComputedStyle(element)
      styles.set(element, style)
      return style
    }
    const isSpokenOnly = (element: Element) =>
      ancestors(element).some((one) => {
        const box = one.getBoundingClientRect()
        return styleOf(one).clipPath !== 'none' || (box.width <= 1 && box.height <= 1)
      })
    const isEllipsis = (element: Element) =>
      element.closest('bdi, .rail__word, .tile__question') !== null &&
      ancestors(element).some((one) => {
        const style = styleOf(one)
        return style.textOverflow === 'ellipsis' || style.getPropertyValue('-webkit-line-clamp') !== 'none'
      })
    const layerOf = (element: Element) =>
      ancestors(element).find((one) => ['sticky', 'fixed'].includes(styleOf(one).position)) ?? null
    const values = [...(window.screens?.values() ?? [])].sort((one, other) => other.length - one.length)
    const days = /\p{L}+day,|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\p{L}*(?= \d)/gu
    /** Whether words are left when the texts of the pseudo-locale, the data of the scene and dates are taken away. */
    const isHardCoded = (text: string) =>
      !/[[\]]/.test(text) &&
      /[A-Za-z]{2}/.test(values.reduce((rest, value) => rest.replaceAll(value, ''), text).replaceAll(days, ''))
    const shortened = (text: string) => text.trim().replaceAll(/\s+/g, ' ').slice(0, 70)

    interface Shown {
      readonly text: string
      readonly element: Element
      readonly rects: readonly DOMRect[]
    }
    const texts: Shown[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement
      const text = node.textContent ?? ''
      if (element === null || text.trim() === '' || element.closest('script, [data-live-announcer], svg')) continue
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      if (!element.closest('bdi, .code, time, .log__line') && isHardCoded(text))
        hardCoded.push(`${shortened(text)} <${element.className || element.tagName}>`)
      if (isSpokenOnly(element)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const rects = [...range.getClientRects()].filter(({ width, height }) => width > 0.5 && height > 0.5)
      if (rects.length > 0) texts.push({ text: shortened(text), element, rects })
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        const text = element.getAttribute(name) ?? ''
        if (isHardCoded(text)) hardCoded.push(`${name}: ${shortened(text)}`)
      }
    }

    /** The parts of the rectangles that can be seen or scrolled to, and what was cut. */
    function judge({ text, element, rects }: Shown): void {
      let [openX, openY] = [true, true]
      for (const one of ancestors(element)) {
        // The page itself scrolls; react-aria holds it while a dialog is open.
        if (one === document.body || one === document.documentElement) break
        const style = styleOf(one)
        const frame = one.getBoundingClientRect()
        const [left, top] = [frame.left + one.clientLeft, frame.top + one.clientTop]
        const [right, bottom] = [left + one.clientWidth, top + one.clientHeight]
        const isWide = rects.some((rect) => rect.left < left - slack || rect.right > right + slack)
        const isHigh = rects.some((rect) => rect.top < top - slack || rect.bottom > bottom + slack)
        const name = one.className || one.tagName
        if (style.display !== 'inline' && openX && hides(style.overflowX) && isWide)
          cut.push(`"${text}" is cut by ${name}`)
        if (style.display !== 'inline' && openY && hides(style.overflowY) && isHigh)
          cut.push(`"${text}" is cut at the edge of ${name}`)
        if (scrolls(style.overflowX) || (hides(style.overflowX) && isWide)) openX = false
        if (scrolls(style.overflowY) || (hides(style.overflowY) && isHigh)) openY = false
        if (!openX && !openY) return
        if (one.matches(boxes)) {
          const box = one.getBoundingClientRect()
          const isOut = rects.some(
            (rect) =>
              (openX && (rect.left < box.left - slack || rect.right > box.right + slack)) ||
              (openY && (rect.top < box.top - slack || rect.bottom > box.bottom + slack)),
          )
          if (isOut) cut.push(`"${text}" leaves its box ${name}`)
        }
      }
      const isOutside = rects.some((rect) => rect.left < -slack || rect.right > innerWidth + slack)
      if (openX && isOutside) cut.push(`"${text}" leaves the window`)
    }
    for (const shown of texts) if (!isEllipsis(shown.element)) judge(shown)

    const isInView = (rect: DOMRect) => rect.top >= 0 && rect.bottom <= innerHeight
    const layers = new Map(texts.map((shown) => [shown, layerOf(shown.element)]))
    const hidden = (shown: Shown, rect: DOMRect) =>
      ancestors(shown.element).some((one) => {
        const style = styleOf(one)
        const box = one.getBoundingClientRect()
        const isBeyond =
          rect.bottom > box.bottom || rect.top < box.top || rect.right > box.right || rect.left < box.left
        return style.overflow !== 'visible' && isBeyond
      })
    const inView = texts.filter(({ rects }) => rects.some(isInView)).slice(0, 250)
    inView.forEach((one, index) => {
      for (const other of inView.slice(index + 1)) {
        if (one.element === other.element || layers.get(one) !== layers.get(other)) continue
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue
        const touch = one.rects.some((a) =>
          other.rects.some(
            (b) =>
              isInView(a) &&
              Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 &&
              Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5 &&
              !hidden(one, a) &&
              !hidden(other, b),
          ),
        )
        if (touch) cut.push(`"${one.text}" lies on "${other.text}"`)
      }
    })
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...document.body.querySelectorAll('*')].filter(
        (one) => one.getBoundingClientRect().right > innerWidth,
      )
      const names = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)))
      const found = [...new Set(names.map((one) => String(one.className || one.tagName)))].slice(0, 3).join(', ')
      cut.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide: ${found}`)
    }
    return { cut: [...new Set(cut)], hardCoded: [...new Set(hardCoded)] }
  })
}
