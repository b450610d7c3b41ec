// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { otherSession, samplePrompt, sampleSession, sessionState, startState } from '../../testing/sample-state.ts'
import { armed, button, choices, drawPrompt, now, question, region } from './testing/prompts-page.tsx'

afterEach(() => void vi.useRealTimers())

describe('sending an answer', () => {
  it('shows sending until main confirms it, then the answer, and stays until it is replaced', async () => {
    const prompt = samplePrompt(now(), { kind: 'yesno', label: 'On?' })
    const app = await drawApp(sessionState(now(), [prompt]))
    let arrive = (_outcome: unknown) => {}
    app.fake.reply('answerPrompt', () => new Promise((resolve) => (arrive = resolve)))
    await armed('Yes')
    await app.user.click(button('Yes'))
    expect(within(region()).getByText('Sending…')).toBeTruthy()
    expect(button('Yes').disabled).toBe(true)
    await act(async () => arrive({ ok: true, value: null }))
    app.change({ prompts: [{ ...prompt, answer: { state: 'answered', choice: { kind: 'yesno', yes: true } } }] })
    expect(within(region()).getByText('Answered: Yes')).toBeTruthy()
    expect(question().textContent).toBe('On?')
    app.change({ prompts: [] })
    expect(screen.queryByRole('region', { name: 'Prompt' })).toBeNull()
  })

  it('says that an answer is not on the disk yet, until it is', async () => {
    const prompt = samplePrompt(now(), { kind: 'yesno', label: 'On?' })
    const app = await drawApp(sessionState(now(), [prompt]))
    const answered = { state: 'answered', choice: { kind: 'yesno', yes: true } } as const
    app.change({ prompts: [{ ...prompt, answer: { ...answered, unrecorded: true } }] })
    expect(within(region()).getByText('Not recorded yet')).toBeTruthy()
    app.change({ prompts: [{ ...prompt, answer: answered }] })
    expect(within(region()).queryByText('Not recorded yet')).toBeNull()
  })

  it('sends one answer however often it is tapped', async () => {
    const app = await drawPrompt({ kind: 'continue', label: 'Go' })
    app.fake.reply('answerPrompt', () => new Promise(() => undefined))
    await armed('Continue')
    const target = button('Continue')
    await app.user.dblClick(target)
    await app.user.click(target)
    expect(app.fake.callsOf('answerPrompt')).toHaveLength(1)
  })

  it('asks again when main accepts the answer but never shows it', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    await armed('Yes')
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    fireEvent.pointerDown(button('Yes'), { pointerId: 1, button: 0 })
    fireEvent.pointerUp(button('Yes'), { pointerId: 1, button: 0 })
    fireEvent.click(button('Yes'), { detail: 1 })
    await act(async () => undefined)
    expect(choices(app)).toHaveLength(1)
    expect(within(region()).getByText('Sending…')).toBeTruthy()
    act(() => void vi.advanceTimersByTime(10_000))
    expect(within(region()).getByText('The answer did not arrive. Please answer again.')).toBeTruthy()
    vi.useRealTimers()
  })

  it('asks again after a refusal and keeps the answer id of the same choice', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => ({ ok: false, failure: fakeFailure('connection-lost', 'check-connection') }))
    await armed('Yes')
    await app.user.click(button('Yes'))
    expect(await screen.findByText('The answer did not arrive. Please answer again.')).toBeTruthy()
    await app.user.click(button('Yes'))
    await waitFor(() => expect(app.fake.callsOf('answerPrompt')).toHaveLength(2))
    await waitFor(() => expect(button('No').disabled).toBe(false))
    await app.user.click(button('No'))
    const ids = app.fake.callsOf('answerPrompt').map((args) => (args as { answerId: string }).answerId)
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('offers no second attempt in the message about a refused answer, only on the prompt itself', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => ({ ok: false, failure: fakeFailure('connection-lost', 'retry') }))
    await armed('Yes')
    await app.user.click(button('Yes'))
    const alert = await screen.findByRole('alert')
    expect(within(alert).queryByRole('button', { name: 'Try again' })).toBeNull()
    expect(within(alert).getByRole('button', { name: 'Dismiss' })).toBeTruthy()
    expect(app.fake.callsOf('answerPrompt')).toHaveLength(1)
  })

  it('shows that somebody else was first', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => ({ ok: false, failure: fakeFailure('prompt-answered') }))
    await armed('Yes')
    await app.user.click(button('Yes'))
    const alert = await screen.findByRole('alert')
    expect(within(alert).getByText('This question was already answered somewhere else.')).toBeTruthy()
  })

  it('shows the same prompt after a reload, with the answer of main', async () => {
    const app = await drawPrompt(
      { kind: 'yesno', label: 'On?' },
      { answer: { state: 'sending', choice: { kind: 'yesno', yes: true } } },
    )
    await app.reload()
    expect(question().textContent).toBe('On?')
    expect(within(region()).getByText('Sending…')).toBeTruthy()
    expect(button('Yes').disabled).toBe(true)
  })
})

describe('the focus', () => {
  const number = { kind: 'number', label: 'Kilometres?', minimum: 0, maximum: 999_999 } as const
  const ticketField = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Ticket number' })
  const numberField = () => within(region()).getByRole<HTMLInputElement>('textbox', { name: 'Number' })
  const takesAnswers = () => waitFor(() => expect(numberField().readOnly).toBe(false))

  it('stays in the field in use while another car asks, and further keys arrive there', async () => {
    const app = await drawApp(startState())
    await app.user.type(ticketField(), '7848')
    app.change({ prompts: [samplePrompt(now(), number, { session: otherSession })] })
    await app.user.keyboard('095{Enter}')
    expect(ticketField().value).toBe('7848095')
    expect(choices(app)).toEqual([])
    expect(app.fake.callsOf('startSession')).toEqual([{ target: { kind: 'ticket', number: '7848095' } }])
  })

  it.each([
    ['a field', 'input', {}],
    ['a text of several lines', 'textarea', {}],
    ['a list', 'select', {}],
    ['an editable text', 'div', { contenteditable: 'true', tabindex: '0' }],
    ['a menu', 'button', { role: 'menuitem' }],
  ])('stays in %s, even for a question of this session', async (_name, tag, attributes) => {
    const app = await drawApp(sessionState(now()))
    const element = document.body.appendChild(document.createElement(tag))
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    const around = document.body.appendChild(document.createElement('div'))
    if (tag === 'button') around.setAttribute('role', 'menu')
    around.append(element)
    act(() => element.focus())
    app.change({ prompts: [samplePrompt(now(), number)] })
    await takesAnswers()
    expect(document.activeElement).toBe(element)
    around.remove()
  })

  it('does not move to the field of the next question while somebody types', async () => {
    const app = await drawPrompt(number)
    await takesAnswers()
    act(() => numberField().focus())
    await app.user.keyboard('123')
    app.change({ prompts: [samplePrompt(now(), { ...number, label: 'Battery?' }, { id: 'prompt-2' })] })
    await app.user.keyboard('4')
    await takesAnswers()
    await app.user.keyboard('5{Enter}')
    expect(numberField().value).toBe('')
    expect(choices(app)).toEqual([])
    await waitFor(() => expect(document.activeElement).toBe(numberField()))
  })

  it('does not type a key into a prompt that went down before it', async () => {
    const app = await drawApp(sessionState(now()))
    fireEvent.keyDown(document.body, { code: 'Digit7', key: '7' })
    app.change({ prompts: [samplePrompt(now(), number)] })
    await takesAnswers()
    act(() => numberField().focus())
    expect(fireEvent.keyDown(numberField(), { code: 'Digit7', key: '7', repeat: true })).toBe(false)
    fireEvent.keyUp(numberField(), { code: 'Digit7', key: '7' })
    expect(fireEvent.keyDown(numberField(), { code: 'Digit7', key: '7' })).toBe(true)
    expect(fireEvent.keyDown(numberField(), { code: 'Digit7', key: '7', repeat: true })).toBe(true)
  })

  it('moves to the question when the pressed button is disabled', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => new Promise(() => undefined))
    await armed('Yes')
    act(() => button('Yes').focus())
    await app.user.keyboard('{Enter}')
    expect(document.activeElement).toBe(question())
  })

  it('stays in an open dialog when a question appears', async () => {
    const app = await drawApp(sessionState(now()))
    await app.user.click(screen.getByRole('button', { name: 'Settings' }))
    app.change({ prompts: [samplePrompt(now(), { kind: 'yesno', label: 'On?' })] })
    const dialog = screen.getByRole('dialog', { name: 'Settings' })
    expect(dialog.contains(document.activeElement)).toBe(true)
    expect(within(dialog).getByText('A question is waiting. Close this window to answer it.')).toBeTruthy()
  })
})

describe('presses that began too early', () => {
  const first = samplePrompt(now(), { kind: 'continue', label: 'One' })
  const second = samplePrompt(now(), { kind: 'continue', label: 'Two' }, { id: 'prompt-2' })

  it('do not answer when the finger was down before the prompt appeared', async () => {
    const app = await drawApp(sessionState(now()))
    fireEvent.pointerDown(document.body, { pointerId: 1, pointerType: 'touch' })
    app.change({ prompts: [first] })
    await armed('Continue')
    fireEvent.pointerUp(button('Continue'), { pointerId: 1, pointerType: 'touch' })
    fireEvent.click(button('Continue'), { detail: 1 })
    expect(choices(app)).toEqual([])
  })

  it('do not answer the next prompt with a key held since the previous one', async () => {
    const app = await drawApp(sessionState(now(), [first]))
    await armed('Continue')
    act(() => button('Continue').focus())
    fireEvent.keyDown(button('Continue'), { code: 'Enter', key: 'Enter' })
    app.change({ prompts: [second] })
    await armed('Continue')
    act(() => button('Continue').focus())
    fireEvent.keyDown(button('Continue'), { code: 'Enter', key: 'Enter', repeat: true })
    fireEvent.keyUp(button('Continue'), { code: 'Enter', key: 'Enter' })
    fireEvent.click(button('Continue'), { detail: 0 })
    expect(choices(app)).toEqual([])
  })

  it('do not prevent a later press from answering', async () => {
    const app = await drawApp(sessionState(now()))
    fireEvent.pointerDown(document.body, { pointerId: 1, pointerType: 'touch' })
    app.change({ prompts: [first] })
    fireEvent.pointerUp(document.body, { pointerId: 1, pointerType: 'touch' })
    await armed('Continue')
    await app.user.click(button('Continue'))
    expect(choices(app)).toEqual([{ kind: 'continue' }])
  })

  it('are followed by a key press on the armed prompt, which answers', async () => {
    const app = await drawApp(sessionState(now(), [first]))
    await armed('Continue')
    act(() => button('Continue').focus())
    await app.user.keyboard('{Enter}')
    expect(choices(app)).toEqual([{ kind: 'continue' }])
  })

  it('do not answer with the press that closed a dialog in front of the prompt', async () => {
    const app = await drawApp(sessionState(now(), [first]))
    await armed('Continue')
    await app.user.click(screen.getByRole('button', { name: 'Settings' }))
    await app.user.click(screen.getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(button('Continue').disabled).toBe(true)
    await armed('Continue')
    expect(choices(app)).toEqual([])
  })

  it('reach buttons that are disabled at first', async () => {
    const app = await drawApp({ ...startState(), session: sampleSession(now()) })
    app.change({ prompts: [first] })
    expect(button('Continue').disabled).toBe(true)
    expect(within(region()).getByText('Please read…')).toBeTruthy()
  })
})

describe('invalid values', () => {
  const number = { kind: 'number', label: 'Kilometres?', minimum: 0, maximum: 4_294_967_295 } as const
  const field = (name: string) => within(region()).getByRole<HTMLInputElement>('textbox', { name })
  const takesAnswers = (name: string) => waitFor(() => expect(field(name).readOnly).toBe(false))

  it.each([
    ['pasted', '12345678901', 'At most 4294967295'],
    ['pasted from two lines', '12\n34', 'Digits only'],
  ])('are kept uncut when they are %s, and cannot be sent', async (_name, pasted, problem) => {
    const app = await drawPrompt(number)
    await takesAnswers('Number')
    await app.user.click(field('Number'))
    await app.user.paste(pasted)
    expect(field('Number').value).toBe(pasted.replace('\n', ' '))
    expect(within(region()).getByText(problem)).toBeTruthy()
    expect(button('Send').disabled).toBe(true)
    await app.user.keyboard('{Enter}')
    expect(choices(app)).toEqual([])
  })

  it('are kept uncut when they are tapped on the keypad', async () => {
    const app = await drawPrompt(number)
    await armed('1')
    for (let count = 0; count < 11; count += 1) await app.user.click(button('1'))
    expect(field('Number').value).toBe('11111111111')
    expect(button('Send').disabled).toBe(true)
  })

  it('are kept uncut in free text, which shows how much is too much', async () => {
    const app = await drawPrompt({ kind: 'freetext', label: 'Sticker?' })
    await takesAnswers('Your answer')
    await app.user.click(field('Your answer'))
    await app.user.paste('x'.repeat(16_005))
    expect(field('Your answer').value).toHaveLength(16_005)
    expect(within(region()).getByText(/^Too long: 16005 characters, at most 16000/)).toBeTruthy()
    expect(button('Send').disabled).toBe(true)
    await app.user.keyboard('{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}')
    expect(button('Send').disabled).toBe(false)
  })

  it.each([
    ['Number', number, '42'],
    ['Your answer', { kind: 'freetext', label: 'Sticker?' } as const, 'にほん'],
  ])('are not sent by the Enter of an input method: %s', async (name, control, text) => {
    const app = await drawPrompt(control)
    await takesAnswers(name)
    await app.user.click(field(name))
    await app.user.paste(text)
    fireEvent.keyDown(field(name), { code: 'Enter', key: 'Enter', keyCode: 229, isComposing: true })
    fireEvent.keyDown(field(name), { code: 'Enter', key: 'Enter', keyCode: 229 })
    fireEvent.keyUp(field(name), { code: 'Enter', key: 'Enter' })
    expect(choices(app)).toEqual([])
    await app.user.keyboard('{Enter}')
    expect(choices(app)).toHaveLength(1)
  })
})
