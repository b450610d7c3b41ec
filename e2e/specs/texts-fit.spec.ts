import { languages } from '../../src/shared/languages.ts'
import { misfits } from '../screens/fit.ts'
import { expect, test } from '../screens/fixtures.ts'

const windows = [
  { width: 1366, height: 768, spoken: languages },
  { width: 640, height: 480, spoken: languages },
  // German has the longest words.
  { width: 1280, height: 720, spoken: ['de'] as const },
  { width: 3840, height: 2160, spoken: ['de'] as const },
]

test.setTimeout(400_000)

for (const { width, height, spoken } of windows) {
  const name = `${width}×${height}`

  // @proves Window: A pseudo-locale finds texts that do not fit or are in no locale
  test(`no text is cut, leaves its box or is in no locale, with longer texts, at ${name}`, async ({ screens }) => {
    await screens.page.setViewportSize({ width, height })
    for (const scene of await screens.names()) {
      await screens.show(scene, { pseudo: true })
      expect.soft(await misfits(screens.page), scene).toEqual({ cut: [], hardCoded: [] })
    }
  })

  // @proves Bad input: A window of 640×480, 1280×720 and 4K
  test(`no text is cut or leaves its box in ${spoken.join(', ')}, at ${name}`, async ({ screens }) => {
    await screens.page.setViewportSize({ width, height })
    for (const scene of await screens.names()) {
      await screens.show(scene)
      for (const language of spoken) {
        await screens.use({ language })
        expect.soft((await misfits(screens.page)).cut, `${scene}, ${language}`).toEqual([])
      }
    }
  })
}
