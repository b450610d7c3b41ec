// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import { defaultSettings } from '../../../shared/default-settings.ts'
import { createTexts } from '../../i18n/i18n.ts'
import { type DrawnApp, drawApp } from '../../testing/draw-app.tsx'
import { sampleJob, samplePrompt, sampleSession, sessionState } from '../../testing/sample-state.ts'

const now = Date.now()
const plate = (number: number) => `HB-FC ${2100 + number}`
const asking = [2, 4, 5, 7, 8]
const question = (number: number) =>
  samplePrompt(
    now,
    { kind: 'yesno', label: `Is lift ${number} down?` },
    { id: `prompt-${number}`, session: { key: `session-${number}`, licensePlate: plate(number) } },
  )

/** Eight jobs, with the given ones asking, and the given one on the screen. */
function eight(shown: number, asked: readonly number[]): Partial<AppState> & Pick<AppState, 'jobs'> {
  return {
    jobs: [1, 2, 3, 4, 5, 6, 7, 8].map((number) =>
      sampleJob(now, {
        id: `job-${number}`,
        handle: `session-${number}`,
        licensePlate: plate(number),
        lift: `Lift ${number}`,
        questions: asked.includes(number) ? 1 : 0,
      }),
    ),
    shownJob: `job-${shown}`,
    session: { ...sampleSession(now), handle: `session-${shown}` },
    prompts: asked.map(question),
  }
}
const draw = (shown: number, asked: readonly number[] = []) => drawApp({ ...sessionState(now), ...eight(shown, asked) })
const tiles = () =>
  within(screen.getByRole('list', { name: 'Jobs', hidden: true })).getAllByRole('button', { hidden: true })
const sent = (app: DrawnApp) => app.fake.callsOf('answerPrompt').map((args) => (args as { promptId: string }).promptId)

// @proves Bad input: Eight jobs of which five ask at once
describe('eight jobs of which five ask at once', () => {
  it('have their badge and question in their own tile only, in the order in which they were opened', async () => {
    const app = await draw(1)
    app.change(eight(1, asking))
    const texts = tiles().map(({ textContent }) => textContent ?? '')
    texts.forEach((text, index) => {
      const number = index + 1
      expect(text).toContain(plate(number))
      const questions = [...text.matchAll(/Is lift (\d) down\?/g)].map(([, lift]) => Number(lift))
      expect(questions).toEqual(asking.includes(number) ? [number] : [])
      expect(/^1\D/.test(text)).toBe(asking.includes(number))
    })
    expect(screen.queryByRole('region', { name: 'Question' })).toBeNull()
  })

  it('are each answered in their own job, whatever the order', async () => {
    const app = await draw(1, asking)
    const left = [...asking]
    for (const number of [7, 2, 8, 5, 4]) {
      await app.user.click(tiles()[number - 1] ?? document.body)
      expect(app.fake.callsOf('showJob').at(-1)).toEqual({ job: `job-${number}` })
      app.change(eight(number, left))
      const prompt = within(screen.getByRole('region', { name: 'Prompt' }))
      expect(prompt.getByRole('region', { name: 'Question' }).textContent).toBe(`Is lift ${number} down?`)
      const yes = prompt.getByRole<HTMLButtonElement>('button', { name: 'Yes' })
      await waitFor(() => expect(yes.disabled).toBe(false))
      await app.user.click(yes)
      left.splice(left.indexOf(number), 1)
      app.change(eight(number, left))
    }
    expect(sent(app)).toEqual([7, 2, 8, 5, 4].map((number) => `prompt-${number}`))
  })
})

// @proves Bad input: A prompt that arrives while a field, a dialog, a menu or the finish dialog of another job is in use
describe('a question that arrives', () => {
  const arrivals = { 'of another job': [2], 'of the job on the screen': [1], 'of both': [1, 2] }
  const cases = Object.entries(arrivals).flatMap(([whose, asked]) =>
    [
      ['a description in the finish dialog', 'Finish…', 'Description'],
      ['a limit in the settings', 'Settings', /12 V battery: below/],
    ].map(([where, opener, name]) => ({ whose, asked, where, opener, name })),
  )
  it.each(cases)('$whose leaves the focus and the text of $where', async ({ asked, opener, name }) => {
    const app = await draw(1)
    await app.user.click(screen.getByRole('button', { name: opener as string }))
    const field = await screen.findByRole<HTMLInputElement>('textbox', { name: name as string })
    await app.user.clear(field)
    await app.user.type(field, '12')
    app.change(eight(1, asked))
    expect(document.activeElement).toBe(field)
    await app.user.keyboard('.5')
    expect(field.value).toBe('12.5')
    expect(screen.getByRole('dialog').textContent).toContain('A question is waiting')
    for (const number of asked) expect(tiles()[number - 1]?.textContent).toMatch(/^1\D/)
    expect(sent(app)).toEqual([])
    expect(app.fake.callsOf('finishSession')).toEqual([])
  })

  it('of another job leaves the focus in the half-typed answer of this one', async () => {
    const own = samplePrompt(now, { kind: 'freetext', label: 'Sticker?' }, { id: 'own' })
    const app = await draw(1)
    app.change({ prompts: [own] })
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Your answer' })
    await waitFor(() => expect(field.readOnly).toBe(false))
    await app.user.type(field, '5H')
    const { prompts = [] } = eight(1, [2])
    app.change({ ...eight(1, [2]), prompts: [own, ...prompts] })
    await app.user.keyboard('0')
    expect(document.activeElement).toBe(field)
    expect(field.value).toBe('5H0')
  })

  it('leaves the focus in an open menu', async () => {
    const app = await draw(1)
    const menu = document.createElement('div')
    menu.setAttribute('role', 'menu')
    const item = Object.assign(document.createElement('button'), { type: 'button' })
    menu.append(item)
    document.body.append(menu)
    act(() => item.focus())
    app.change(eight(1, [1]))
    expect(document.activeElement).toBe(item)
    menu.remove()
  })
})

// @proves Bad input: A language changed in the middle of a prompt
describe('a language that is changed in the middle of an answer', () => {
  it.each([
    ['a text', { kind: 'freetext', label: 'Sticker?' } as const, 'Your answer', 'prompt.yourAnswer', '5H0 906'],
    [
      'a number',
      { kind: 'number', label: 'How far?', minimum: 0, maximum: 999_999 } as const,
      'Number',
      'prompt.number',
      '1234',
    ],
  ] as const)('keeps %s and the focus, and sends nothing', async (_what, control, name, key, text) => {
    const app = await draw(1)
    app.change({
      prompts: [samplePrompt(now, control, { id: 'own', translations: { [control.label]: { de: 'Welche?' } } })],
    })
    const field = screen.getByRole<HTMLInputElement>('textbox', { name })
    await waitFor(() => expect(field.readOnly).toBe(false))
    await app.user.type(field, text)
    for (const language of ['de', 'fr', 'nl'] as const) {
      app.change({ settings: { ...defaultSettings, language, theme: 'light' } })
      const same = await screen.findByRole<HTMLInputElement>('textbox', { name: createTexts(language).t(key) })
      expect(same).toBe(field)
      expect(field.value).toBe(text)
      expect(document.activeElement).toBe(field)
    }
    expect(sent(app)).toEqual([])
  })
})
