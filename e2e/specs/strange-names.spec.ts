import { languages } from '../../src/shared/languages.ts'
import { misfits } from '../screens/fit.ts'
import { expect, test } from '../screens/fixtures.ts'

const names = {
  empty: '',
  blank: '   ',
  'of 80 characters': 'HB-FC 2108 long name of the lift beside the paint shop at the far end of the yard',
  'of 80 characters without a space': 'HBFC2108'.repeat(10),
  'from right to left': 'قطر ١٢٣٤٥٦ مصعد',
  'with emoji': '🚗👨‍👩‍👧‍👦🔧 2108',
  'with marks that turn the direction': 'AB\u202E8012-CF\u202C 1',
} as const

// @proves Bad input: Plates and lift names that are empty, 80 characters, right to left, emoji
test.setTimeout(400_000)

/** Scenes that show a plate or a lift in different ways; the others have the same rail and header. */
const withNames =
  /^(start$|start: (jobs|everything)|history|job: (starting|log|no car|function found|developer)|end: finished|question of|question: yes|script|dialog: (finish$|closing|connection|close-un|interrupt|sessions)|large: eight)/

for (const [what, name] of Object.entries(names)) {
  test(`a plate and a lift whose name is ${what} stay in their place, and every title says something`, async ({
    screens,
  }) => {
    const { page } = screens
    for (const size of [
      { width: 1366, height: 768 },
      { width: 640, height: 480 },
    ]) {
      await page.setViewportSize(size)
      const shown = (await screens.names()).filter((scene) => withNames.test(scene))
      expect(shown.length).toBeGreaterThan(20)
      for (const [index, scene] of shown.entries()) {
        await screens.show(scene, { name })
        await screens.use({ language: languages[index % languages.length] ?? 'en' })
        const found = await page.evaluate((given) => {
          const isolates = (text: string, at: number) => text.lastIndexOf('\u2068', at) > text.lastIndexOf('\u2069', at)
          const isStrange = /[\u0590-\u08FF\u202A-\u202E]/.test(given)
          const loose: string[] = []
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
          for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            const text = node.textContent ?? ''
            const at = text.search(/[\u0590-\u08FF]/)
            const isAlone = node.parentElement?.closest('bdi') != null
            if (isStrange && at >= 0 && !isAlone && !isolates(text, at)) loose.push(text)
            if (/[\u202A-\u202E]/.test(text)) loose.push(`not shown: ${text}`)
          }
          for (const element of document.querySelectorAll('[aria-label]')) {
            const text = element.getAttribute('aria-label') ?? ''
            const at = text.search(/[\u0590-\u08FF]/)
            if (at >= 0 && !isolates(text, at) && text.trim() !== given) loose.push(`aria-label ${text}`)
          }
          const silent = [
            ...document.querySelectorAll('h1, h2, .tile__title, .whose, .job-head__plate, .plate, .item__title'),
          ]
            .filter((one) => one.checkVisibility() && (one.textContent ?? '').trim() === '')
            .map((one) => String(one.className || one.tagName))
          return { loose, silent }
        }, name)
        expect.soft(found, `${scene} at ${size.width}`).toEqual({ loose: [], silent: [] })
        expect.soft((await misfits(page)).cut, `${scene} at ${size.width}`).toEqual([])
      }
    }
  })
}
