// @vitest-environment happy-dom
import { act, render, screen, waitFor, within } from '@testing-library/react'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { defaultSettings } from '../shared/default-settings.ts'
import { App } from './App.tsx'
import { longestShown, ServerText } from './components/ServerText.tsx'
import { visibleText } from './components/visible-text.ts'
import { createTexts } from './i18n/i18n.ts'
import { TranslationProvider } from './i18n/use-translation.tsx'
import { createMirrorStore } from './store/mirror.ts'
import { createScreenStore } from './store/screen.ts'
import { drawApp } from './testing/draw-app.tsx'
import { FakeWorkbench, fakeFailure } from './testing/fake-workbench.ts'
import { samplePrompt, sampleRun, sampleSession, sessionState, startState } from './testing/sample-state.ts'

const now = Date.now()

describe('the page', () => {
  it('reports that main cannot be reached and tries again', async () => {
    const fake = new FakeWorkbench(startState())
    let isBroken = true
    const getState = () => (isBroken ? Promise.reject(new Error('broken')) : fake.api.getState())
    const api = { ...fake.api, getState }
    render(<App workbench={{ api, mirror: createMirrorStore(), screen: createScreenStore() }} />)
    expect(await screen.findByText('The workbench could not be opened')).toBeTruthy()
    isBroken = false
    act(() => screen.getByRole('button', { name: 'Try again' }).click())
    expect(await screen.findByRole('main', { name: 'Start' })).toBeTruthy()
    expect(fake.listenerCount).toBe(2)
  })

  it('catches up after a missed event', async () => {
    const app = await drawApp(startState())
    app.fake.changeUnheard({ session: sampleSession(now) })
    app.change({ functions: [] })
    expect(await screen.findByRole('main', { name: 'Session' })).toBeTruthy()
  })

  it('limits a bug to one part of the page, which can be drawn again', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const app = await drawApp(startState())
    const broken = null as unknown as []
    app.change({ tickets: broken })
    expect(screen.getByText('This part of the window stopped working')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Settings' })).toBeTruthy()
    app.change({ tickets: startState().tickets })
    await app.user.click(screen.getByRole('button', { name: 'Redraw' }))
    expect(screen.getByRole('list', { name: 'Tickets' })).toBeTruthy()
    silent.mockRestore()
  })

  it('uses the language of the settings and sets it in the document', async () => {
    const app = await drawApp(startState())
    app.change({ settings: { ...defaultSettings, language: 'fr', theme: 'light' } })
    expect(await screen.findByRole('main', { name: 'Accueil' })).toBeTruthy()
    expect(document.documentElement.lang).toBe('fr')
  })

  it('uses the theme of the system unless one is chosen', async () => {
    const app = await drawApp({ ...startState(), settings: { ...defaultSettings, language: 'en', theme: 'dark' } })
    expect(document.documentElement.dataset.theme).toBe('dark')
    app.change({ settings: { ...defaultSettings, language: 'en', theme: 'system' } })
    expect(document.documentElement.dataset.theme).toBeUndefined()
  })

  it('changes language and theme in the settings', async () => {
    const app = await drawApp(startState())
    await app.user.click(screen.getByRole('button', { name: 'Settings' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Settings' }))
    await app.user.click(dialog.getByRole('radio', { name: 'Nederlands' }))
    await app.user.click(dialog.getByRole('radio', { name: 'Dark' }))
    expect(app.fake.callsOf('setLanguage')).toEqual([{ language: 'nl' }])
    expect(app.fake.callsOf('setTheme')).toEqual([{ theme: 'dark' }])
  })

  it('shows a message with the next action once, and acts on it', async () => {
    const app = await drawApp(startState())
    app.fake.reply('copyConnection', () => ({ ok: false, failure: fakeFailure('connection-lost', 'check-connection') }))
    await app.user.click(screen.getByRole('button', { name: 'Developer view' }))
    const copy = screen.getByRole('button', { name: 'Copy connection' })
    await app.user.click(copy)
    await app.user.click(copy)
    const messages = within(screen.getByRole('region', { name: 'Notifications' }))
    await waitFor(() => expect(messages.getAllByRole('alert')).toHaveLength(1))
    await app.user.click(messages.getByRole('button', { name: 'Reconnect' }))
    expect(app.fake.callsOf('reconnect')).toHaveLength(1)
    expect(messages.queryByRole('alert')).toBeNull()
  })
})

describe('texts of others', () => {
  const nasty = fc.oneof(
    fc.constantFrom(
      '<img src=x onerror=alert(1)>',
      '<svg/onload=alert(1)>',
      '</bdi></section><script>alert(1)</script>',
      '<style>*{display:none}</style>',
      '{{constructor}}',
      '$t(app.name)',
      '{{- name}} $t(prompt.yes)',
      '&lt;b&gt;',
      '\u202Egnp.exe',
      'x'.repeat(65_536),
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )

  const shape = (root: HTMLElement) => [...root.querySelectorAll('*')].map(({ tagName }) => tagName).join()

  // @proves Security: A22 words of others are text
  it('are plain text everywhere: no string creates an element', async () => {
    const app = await drawApp(sessionState(now))
    const draw = (text: string) => {
      const control = { kind: 'options', label: text, options: [text, text] } as const
      const run = {
        ...sampleRun(now),
        name: text,
        findings: [
          {
            subject: text,
            subjectKey: text,
            subjectKind: 'control-unit' as const,
            name: text,
            key: 'part-number' as const,
            value: text,
            outcome: 'value' as const,
          },
        ],
      }
      app.change({
        prompts: [
          samplePrompt(now, { ...control, options: [...control.options] }, { functionName: text }),
          samplePrompt(
            now,
            { kind: 'continue', label: text },
            { id: 'other', session: { key: 'o', licensePlate: text, vehicleName: text, ticketNumber: text } },
          ),
        ],
        session: {
          ...sampleSession(now),
          functionRun: run,
          vehicle: { ...sampleSession(now).vehicle, name: text, vin: text },
        },
      })
      return shape(document.body)
    }
    const expected = draw('plain')
    fc.assert(
      fc.property(nasty, (text) => {
        // Texts without visible characters are replaced by our own words, so they are expected to differ. A long text is cut,
        // which draws one more element.
        fc.pre(text.trim() !== '' && text.length <= longestShown)
        return draw(text) === expected
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('keep their visible text unchanged', () => {
    const texts = createTexts('en')
    const drawn = (text: string) => (
      <TranslationProvider texts={texts}>
        <ServerText>{text}</ServerText>
      </TranslationProvider>
    )
    const { container, rerender } = render(drawn('plain'))
    fc.assert(
      fc.property(nasty, (text) => {
        rerender(drawn(text))
        const isCut = text.length > longestShown
        expect(container.querySelectorAll('*')).toHaveLength(isCut ? 2 : 1)
        const shown = visibleText(text.slice(0, longestShown))
        if (isCut) expect(container.textContent?.startsWith(shown)).toBe(true)
        else expect(container.textContent).toBe(shown)
      }),
      { numRuns: 2000 },
    )
  })

  it('are not used as placeholders of our own texts', async () => {
    const app = await drawApp(sessionState(now))
    app.change({
      prompts: [samplePrompt(now, { kind: 'yesno', label: 'x' }, { functionName: '$t(app.name) {{name}}' })],
    })
    expect(screen.getByText('$t(app.name) {{name}} asks')).toBeTruthy()
  })
})
