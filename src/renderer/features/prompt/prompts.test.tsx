// @vitest-environment happy-dom
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../shared/default-settings.ts'
import type { Prompt } from '../../../shared/prompt.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { otherSession, samplePrompt, sessionState, startState } from '../../testing/sample-state.ts'
import { armed, button, choices, drawPrompt, now, question, region } from './testing/prompts-page.tsx'

describe('each kind of prompt', () => {
  it('shows a label without any button to answer', async () => {
    await drawPrompt({ kind: 'label', label: 'Reading the engine', minimalDisplayTimeMs: 0 })
    expect(question().textContent).toBe('Reading the engine')
    expect(within(region()).queryAllByRole('button')).toHaveLength(0)
  })

  it('shows the minimal time of a label as progress', async () => {
    await drawPrompt({ kind: 'label', label: 'Wait', minimalDisplayTimeMs: 60_000 })
    expect(within(region()).getByRole('progressbar', { name: 'Shown for at least' })).toBeTruthy()
  })

  it('shows no progress when the minimal time is over', async () => {
    await drawPrompt({ kind: 'label', label: 'Wait', minimalDisplayTimeMs: 1000 }, { shownAt: now() - 2000 })
    expect(within(region()).queryByRole('progressbar')).toBeNull()
  })

  it('answers yes and no with different values', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'Ignition on?' })
    await armed('No')
    await app.user.click(button('No'))
    expect(choices(app)).toEqual([{ kind: 'yesno', yes: false }])
  })

  it('answers continue', async () => {
    const app = await drawPrompt({ kind: 'continue', label: 'Open the bonnet' })
    await armed('Continue')
    await app.user.click(button('Continue'))
    expect(choices(app)).toEqual([{ kind: 'continue' }])
  })

  // @proves Window: Every kind of control, 0-based options, small and large numbers, Send only with text
  it('answers an option with its zero-based index', async () => {
    const app = await drawPrompt({ kind: 'options', label: 'Which?', options: ['first', 'second'] })
    await armed('second')
    await app.user.click(button('second'))
    expect(choices(app)).toEqual([{ kind: 'options', option: 1 }])
  })

  it('distinguishes two options with the same text', async () => {
    const app = await drawPrompt({ kind: 'options', label: 'Which?', options: ['same', 'same'] })
    const both = within(region()).getAllByRole<HTMLButtonElement>('button', { name: 'same' })
    await waitFor(() => expect(both[1]?.disabled).toBe(false))
    await app.user.click(both[1] ?? document.body)
    expect(choices(app)).toEqual([{ kind: 'options', option: 1 }])
  })

  it('names an option without text', async () => {
    await drawPrompt({ kind: 'options', label: 'Which?', options: ['', 'b'] })
    expect(button('(no text)')).toBeTruthy()
  })

  it('offers a button for each number of a small range', async () => {
    const app = await drawPrompt({ kind: 'number', label: 'How many?', minimum: 3, maximum: 6 })
    const names = within(within(region()).getByRole('group', { name: 'Numbers' }))
      .getAllByRole('button')
      .map(({ textContent }) => textContent)
    expect(names).toEqual(['3', '4', '5', '6'])
    await armed('5')
    await app.user.click(button('5'))
    expect(choices(app)).toEqual([{ kind: 'number', number: 5 }])
  })

  // @proves Window: Every kind of control, 0-based options, small and large numbers, Send only with text
  it('accepts a number of a large range from the keypad', async () => {
    const app = await drawPrompt({ kind: 'number', label: 'Kilometres?', minimum: 0, maximum: 999_999 })
    await armed('4')
    await app.user.click(button('4'))
    await app.user.click(button('2'))
    await app.user.click(button('Send'))
    expect(choices(app)).toEqual([{ kind: 'number', number: 42 }])
  })

  it('refuses a number outside the limits before it is sent', async () => {
    const app = await drawPrompt({ kind: 'number', label: 'Kilometres?', minimum: 10, maximum: 100 })
    await armed('9')
    await app.user.click(button('9'))
    expect(within(region()).getByText('At least 10')).toBeTruthy()
    expect(button('Send').disabled).toBe(true)
    await app.user.type(within(region()).getByRole('textbox', { name: 'Number' }), '99')
    expect(within(region()).getByText('At most 100')).toBeTruthy()
    expect(choices(app)).toEqual([])
  })

  // @proves Window: Every kind of control, 0-based options, small and large numbers, Send only with text
  it('sends free text only when there is some', async () => {
    const app = await drawPrompt({ kind: 'freetext', label: 'Sticker?' })
    const field = within(region()).getByRole<HTMLInputElement>('textbox', { name: 'Your answer' })
    await waitFor(() => expect(field.readOnly).toBe(false))
    await app.user.type(field, '   ')
    expect(button('Send').disabled).toBe(true)
    await app.user.type(field, '5H0{Enter}')
    expect(choices(app)).toEqual([{ kind: 'freetext', text: '   5H0' }])
  })

  // @proves Faults: 29 unknown kind of prompt; what a person sees: says that it cannot be shown
  it('reports that an unknown kind cannot be shown and offers no answer', async () => {
    await drawPrompt({ kind: 'unknown' })
    expect(within(region()).getByText('This question cannot be shown by this version')).toBeTruthy()
    expect(within(region()).queryAllByRole('button')).toHaveLength(0)
  })

  it.each([
    ['no options', { kind: 'options', label: 'Which?', options: [] }],
    ['a minimum above the maximum', { kind: 'number', label: 'How many?', minimum: 5, maximum: 2 }],
  ] as const)('reports that there is no possible answer with %s', async (_title, control) => {
    await drawPrompt(control.kind === 'options' ? { ...control, options: [] } : control)
    expect(within(region()).getByText('This question cannot be answered')).toBeTruthy()
    expect(within(region()).queryAllByRole('button')).toHaveLength(0)
  })
})

describe('the texts of a prompt', () => {
  it('uses the translation for the language of the application', async () => {
    await drawPrompt(
      { kind: 'options', label: 'Kies', options: ['ja', 'nee'] },
      { translations: { Kies: { 'en-GB': 'Choose', de: 'Wählen' }, ja: { EN: 'yes' } } },
    )
    expect(question().textContent).toBe('Choose')
    expect(button('yes')).toBeTruthy()
    expect(button('nee')).toBeTruthy()
  })

  it('changes the language of a prompt that is on the screen', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' }, { translations: { 'On?': { de: 'An?' } } })
    app.change({ settings: { ...defaultSettings, language: 'de', theme: 'light' } })
    const german = await screen.findByRole('region', { name: 'Abfrage' })
    expect(within(german).getByText('An?')).toBeTruthy()
    expect(within(german).getByRole('button', { name: 'Ja' })).toBeTruthy()
  })

  // @proves Window: Translations with fallback; operator prompts told apart
  it('marks a prompt for the operator', async () => {
    await drawPrompt({ kind: 'yesno', label: 'On?' }, { target: 'operator' })
    expect(within(region()).getByText('For the operator')).toBeTruthy()
  })

  it('stands under plate, lift, car and ticket of its job', async () => {
    await drawPrompt({ kind: 'yesno', label: 'On?' })
    const header = region().parentElement?.querySelector('.job-head')
    expect(header?.textContent).toMatch(/K-329-XB.*Volkswagen Golf VIII 1.5 eTSI.*Bench 1.*Ticket 7848095/)
  })

  it('says where a typed text goes, and what must not be typed', async () => {
    await drawPrompt({ kind: 'freetext', label: 'Your session has expired. Enter your client secret.' })
    const field = within(region()).getByRole('textbox', { name: 'Your answer' })
    const description = document.getElementById(field.getAttribute('aria-describedby')?.split(' ')[0] ?? '')
    expect(description?.textContent).toMatch(/goes to the function .*Identify the car.*Never type .* client secret/)
  })

  it('moves the focus to a question that appears', async () => {
    const app = await drawApp(sessionState(now()))
    app.change({ prompts: [samplePrompt(now(), { kind: 'yesno', label: 'On?' })] })
    expect(document.activeElement).toBe(question())
  })

  it('announces a question that appears', async () => {
    const app = await drawApp(sessionState(now()))
    app.change({ prompts: [samplePrompt(now(), { kind: 'yesno', label: 'Bonnet open?' })] })
    const spoken = [...document.querySelectorAll('[aria-live="assertive"]')].map(({ textContent }) => textContent)
    expect(spoken.join()).toContain('New question. Bonnet open?')
  })
})

describe('prompts too large for a page', () => {
  it('shows the beginning of a long text, counts the rest, and shows all of it after a press', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'x'.repeat(200_000) })
    expect(question().textContent).toMatch(/^x{16384} … and 183616 more characters/)
    await app.user.click(button('Show all 200000 characters'))
    expect(question().textContent).toBe('x'.repeat(200_000))
  })

  it('shows 200 choices at once and each of them after a press, with their places', async () => {
    const options = Array.from({ length: 450 }, (_, index) => `choice ${index}`)
    const app = await drawPrompt({ kind: 'options', label: 'Which?', options })
    const list = within(region()).getByRole('list', { name: 'Choices' })
    expect(within(list).getAllByRole('button')).toHaveLength(201)
    await app.user.click(button('Show 200 more choices (450 in total)'))
    await app.user.click(button('Show 50 more choices (450 in total)'))
    expect(within(list).getAllByRole('button')).toHaveLength(450)
    await armed('choice 449')
    await app.user.click(button('choice 449'))
    expect(choices(app)).toEqual([{ kind: 'options', option: 449 }])
  })

  it('lists 20 more prompts of a session and counts the rest', async () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      samplePrompt(now() + index, { kind: 'yesno', label: `Q ${index}?` }, { id: `p${index}` }),
    )
    await drawApp(sessionState(now(), many))
    expect(question().textContent).toBe('Q 0?')
    expect(within(region()).getByText('and 979 more questions')).toBeTruthy()
    expect(within(region()).getAllByRole('button', { name: 'Show this question' })).toHaveLength(20)
  })
})

describe('a prompt of another car', () => {
  const theirs = (more: Partial<Prompt> = {}) =>
    samplePrompt(now() - 5000, { kind: 'yesno', label: 'Theirs?' }, { id: 'other', session: otherSession, ...more })
  const scripts = () => screen.getByRole('list', { name: 'Scripts' })
  const tile = () => within(scripts()).getByRole('button')
  const ownTile = () => within(screen.getByRole('list', { name: 'Jobs' })).getByRole('button')

  it.each([
    ['beside our own', () => sessionState(now(), [theirs(), samplePrompt(now(), { kind: 'yesno', label: 'Mine?' })])],
    ['in a session without a prompt', () => sessionState(now(), [theirs()])],
    ['on the start screen', () => ({ ...startState(), prompts: [theirs()] })],
  ])('never replaces our own work: %s', async (_where, state) => {
    const app = await drawApp(state())
    const asked = screen.queryByRole('region', { name: 'Question' })?.textContent ?? 'Mine?'
    expect(asked).toBe('Mine?')
    expect(tile().textContent).toMatch(
      /1.*8-TLZ-21.*Bench 2.*Script.*Volvo XC40 Recharge.*Ticket 7848101.*Waiting for you.*Theirs\?/,
    )
    await app.user.keyboard('{Enter} 12{Enter}')
    expect(choices(app)).toEqual([])
  })

  it('leaves the focus and the typed text of a field in use', async () => {
    const app = await drawApp(startState())
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Ticket number' })
    await app.user.type(field, '784')
    app.change({ prompts: [theirs()] })
    expect(document.activeElement).toBe(field)
    await app.user.keyboard('8095')
    expect(field.value).toBe('7848095')
  })

  it('can be answered after a press that shows its car, and our own car is not on the screen then', async () => {
    const app = await drawApp(sessionState(now(), [theirs()]))
    await app.user.click(tile())
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Another car')
    expect(document.body.textContent).not.toContain('Run Identify the car')
    expect(screen.queryByRole('button', { name: 'Finish…' })).toBeNull()
    await armed('Yes')
    await app.user.click(button('Yes'))
    expect(choices(app)).toEqual([{ kind: 'yesno', yes: true }])
    await app.user.click(screen.getByRole('button', { name: 'Back to your session' }))
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Session')
  })

  it('is not replaced by another car’s question when it ends', async () => {
    const third = theirs({ id: 'third', session: { key: 'third', licensePlate: 'AB-123-CD' } })
    const app = await drawApp({ ...startState(), prompts: [theirs()] })
    await app.user.click(tile())
    app.change({ prompts: [third] })
    expect(screen.getByText('No question at the moment')).toBeTruthy()
    expect(scripts().textContent).toMatch(/8-TLZ-21.*AB-123-CD/)
    await app.user.click(screen.getByRole('button', { name: 'Back to start' }))
    expect(screen.getByRole('main').getAttribute('aria-label')).toBe('Start')
  })

  it('keeps the question of our own car in its tile while another car is on the screen', async () => {
    const app = await drawApp(sessionState(now(), [theirs()]))
    await app.user.click(tile())
    app.change({ prompts: [theirs(), samplePrompt(now(), { kind: 'yesno', label: 'Mine?' })] })
    expect(ownTile().textContent).toMatch(/K-329-XB.*Waiting for you.*Mine\?/)
    await app.user.click(ownTile())
    expect(question().textContent).toBe('Mine?')
  })

  it('is announced with its car, and beyond twenty scripts the rest is counted', async () => {
    const app = await drawApp(sessionState(now()))
    app.change({
      prompts: Array.from({ length: 22 }, (_, index) =>
        theirs({ id: `p${index}`, session: { key: `s${index}`, licensePlate: `PL-${index}` } }),
      ),
    })
    expect(within(scripts()).getAllByRole('listitem')).toHaveLength(20)
    expect(screen.getByText('and 2 more scripts')).toBeTruthy()
    const spoken = [...document.querySelectorAll('[aria-live="polite"]')].map(({ textContent }) => textContent)
    expect(spoken.join()).toMatch(/Question for another car: .*PL-0.*Theirs\?/)
  })
})

describe('the picture of a prompt', () => {
  const withPicture = { hasImage: true }

  // @proves Security: A23 pictures: https, size, time, redirects, addresses, content
  it('never blocks the answer while it is loading', async () => {
    const state = sessionState(now(), [samplePrompt(now(), { kind: 'yesno', label: 'On?' }, withPicture)])
    const app = await drawApp({ ...state, prompts: [] })
    app.fake.reply('getPromptImage', () => new Promise(() => undefined))
    app.change({ prompts: state.prompts })
    expect(within(region()).getByText('Loading the picture…')).toBeTruthy()
    await armed('Yes')
    await app.user.click(button('Yes'))
    expect(choices(app)).toHaveLength(1)
  })

  it('is replaced by a note when it cannot be loaded', async () => {
    await drawPrompt({ kind: 'yesno', label: 'On?' }, withPicture)
    expect(await screen.findByText('The picture cannot be shown. You can answer without it.')).toBeTruthy()
  })

  it('is replaced by the note also when the call itself throws', async () => {
    const app = await drawApp(sessionState(now()))
    app.fake.reply('getPromptImage', () => {
      throw new Error('broken')
    })
    app.change({ prompts: [samplePrompt(now(), { kind: 'yesno', label: 'On?' }, withPicture)] })
    expect(await screen.findByText('The picture cannot be shown. You can answer without it.')).toBeTruthy()
  })

  it('is shown from a blob', async () => {
    const app = await drawApp(sessionState(now()))
    const value = { mimeType: 'image/png', bytes: new Uint8Array([1, 2, 3]) }
    app.fake.reply('getPromptImage', () => ({ ok: true, value }))
    app.change({ prompts: [samplePrompt(now(), { kind: 'yesno', label: 'On?' }, withPicture)] })
    const picture = await screen.findByRole<HTMLImageElement>('img', { name: 'Picture for this question' })
    expect(picture.src).toMatch(/^blob:/)
  })
})

describe('ended prompts', () => {
  const ended = (reason: 'replaced' | 'withdrawn') => ({ id: 'prompt-1', reason, label: 'On?', endedAt: now() })

  // @proves Faults: 28 prompts that replace each other; what a person sees: a note; late answers refused
  it('leaves a note when an unanswered question was replaced', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    const next = samplePrompt(now(), { kind: 'yesno', label: 'Off?' }, { id: 'prompt-2' })
    app.change({ prompts: [next], endedPrompts: [ended('replaced')] })
    const list = screen.getByRole('list', { name: 'Withdrawn questions' })
    expect(within(list).getByText('Replaced by a newer question before it was answered')).toBeTruthy()
    await app.user.click(within(list).getByRole('button', { name: 'Dismiss' }))
    expect(screen.queryByRole('list', { name: 'Withdrawn questions' })).toBeNull()
  })

  it('leaves no note when a progress text was replaced', async () => {
    const app = await drawPrompt({ kind: 'label', label: 'On?', minimalDisplayTimeMs: 0 })
    app.change({ prompts: [], endedPrompts: [ended('replaced')] })
    expect(screen.queryByRole('list', { name: 'Withdrawn questions' })).toBeNull()
  })

  it('leaves no note when the question was answered before', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' }, { answer: { state: 'answered' } })
    app.change({ prompts: [], endedPrompts: [ended('withdrawn')] })
    expect(screen.queryByRole('list', { name: 'Withdrawn questions' })).toBeNull()
  })
})
