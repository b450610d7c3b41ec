import { languages } from '../../src/shared/languages.ts'
import { seriousViolations } from '../accessibility.ts'
import { expect, test } from '../screens/fixtures.ts'

for (const theme of ['light', 'dark'] as const) {
  // @proves Window: axe-core finds nothing serious on any screen, dialog or kind of question, in four languages, light and dark
  test(`axe-core finds nothing serious in any scene and language, ${theme}`, async ({ screens }) => {
    test.setTimeout(600_000)
    const { page } = screens
    await page.setViewportSize({ width: 1366, height: 768 })
    for (const scene of await screens.names()) {
      await screens.show(scene)
      for (const language of languages) {
        await screens.use({ language, theme })
        expect.soft(await seriousViolations(page), `${scene}, ${language}`).toEqual([])
      }
    }
  })
}

// @proves Window: Forced colours and reduced motion work
test('with forced colours every button and field has an edge or a colour of its own, and nothing moves', async ({
  screens,
}) => {
  const { page } = screens
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  for (const scene of await screens.names()) {
    await screens.show(scene)
    const found = await page.evaluate(() => {
      const visible = (one: Element) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      const all = [...document.querySelectorAll('body *')].filter(visible)
      // A state that only a background shows is lost: forced colours remove backgrounds.
      const marked = [...document.querySelectorAll('[aria-current], .choice[data-selected], .answer--chosen')].filter(
        visible,
      )
      const differs = (one: Element) => {
        const { outlineStyle, boxShadow, borderTopColor, borderTopWidth, textDecorationLine, forcedColorAdjust } =
          getComputedStyle(one)
        const sibling = [...(one.parentElement?.parentElement?.querySelectorAll(`.${one.classList[0]}`) ?? [])].find(
          (other) => other !== one && !other.matches('[aria-current], [data-selected], .answer--chosen'),
        )
        if (sibling === undefined) return true
        const theirs = getComputedStyle(sibling)
        return (
          outlineStyle !== theirs.outlineStyle ||
          boxShadow !== theirs.boxShadow ||
          borderTopColor !== theirs.borderTopColor ||
          borderTopWidth !== theirs.borderTopWidth ||
          textDecorationLine !== theirs.textDecorationLine ||
          forcedColorAdjust === 'none'
        )
      }
      const moving = all.filter((one) => {
        const { transitionDuration, animationDuration } = getComputedStyle(one)
        return Math.max(...`${transitionDuration}, ${animationDuration}`.split(', ').map(Number.parseFloat)) > 0.001
      })
      const edgeless = [
        ...document.querySelectorAll('.answer, .tile, .field__input, .key, .window, .switch__track, .choice__box'),
      ]
        .filter(visible)
        .filter((one) => Number.parseFloat(getComputedStyle(one).borderTopWidth) === 0)
      const names = (elements: readonly Element[]) => [...new Set(elements.map((one) => String(one.className)))]
      return {
        unmarked: names(marked.filter((one) => !differs(one))),
        moving: names(moving),
        edgeless: names(edgeless),
      }
    })
    expect.soft(found, scene).toEqual({ unmarked: [], moving: [], edgeless: [] })
  }
})
