// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { samplePrompt, sampleSession, sessionState, startState } from '../../testing/sample-state.ts'
import { armed, button, choices, drawPrompt, now, question, region } from './prompts.test-page.tsx'

afterEach(() => void vi.useRealTimers())

describe('the way of an answer', () => {
  it('shows sending until main knows, then the answer, and stays until it is replaced', async () => {
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

  it('sends one answer however often it is tapped', async () => {
    const app = await drawPrompt({ kind: 'continue', label: 'Go' })
    app.fake.reply('answerPrompt', () => new Promise(() => undefined))
    await armed('Continue')
    const target = button('Continue')
    await app.user.dblClick(target)
    await app.user.click(target)
    expect(app.fake.callsOf('answerPrompt')).toHaveLength(1)
  })

  it('asks again when main accepted the answer and then never shows it', async () => {
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

  it('says that somebody else was first', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => ({ ok: false, failure: fakeFailure('prompt-answered') }))
    await armed('Yes')
    await app.user.click(button('Yes'))
    const alert = await screen.findByRole('alert')
    expect(within(alert).getByText('This question was already answered somewhere else.')).toBeTruthy()
  })

  it('comes back to the same prompt after a reload, with the answer that main knows', async () => {
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
  it('goes to the question when the pressed button cannot hold it any more', async () => {
    const app = await drawPrompt({ kind: 'yesno', label: 'On?' })
    app.fake.reply('answerPrompt', () => new Promise(() => undefined))
    await armed('Yes')
    act(() => button('Yes').focus())
    await app.user.keyboard('{Enter}')
    expect(document.activeElement).toBe(question())
  })

  it('stays in a dialog that is open when a question appears', async () => {
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

  it('do not answer when the finger was down before the prompt came', async () => {
    const app = await drawApp(sessionState(now()))
    fireEvent.pointerDown(document.body, { pointerId: 1, pointerType: 'touch' })
    app.change({ prompts: [first] })
    await armed('Continue')
    fireEvent.pointerUp(button('Continue'), { pointerId: 1, pointerType: 'touch' })
    fireEvent.click(button('Continue'), { detail: 1 })
    expect(choices(app)).toEqual([])
  })

  it('do not answer the next prompt with the key that was held on the one before', async () => {
    const app = await drawApp(sessionState(now(), [first]))
    await armed('Continue')
    act(() => button('Continue').focus())
    fireEvent.keyDown(button('Continue'), { key: 'Enter' })
    app.change({ prompts: [second] })
    await armed('Continue')
    act(() => button('Continue').focus())
    fireEvent.keyDown(button('Continue'), { key: 'Enter', repeat: true })
    fireEvent.keyUp(button('Continue'), { key: 'Enter' })
    fireEvent.click(button('Continue'), { detail: 0 })
    expect(choices(app)).toEqual([])
  })

  it('do not keep a later press from answering', async () => {
    const app = await drawApp(sessionState(now()))
    fireEvent.pointerDown(document.body, { pointerId: 1, pointerType: 'touch' })
    app.change({ prompts: [first] })
    fireEvent.pointerUp(document.body, { pointerId: 1, pointerType: 'touch' })
    await armed('Continue')
    await app.user.click(button('Continue'))
    expect(choices(app)).toEqual([{ kind: 'continue' }])
  })

  it('are answered by the keyboard once the key goes down on the armed prompt', async () => {
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

  it('find the buttons disabled at first', async () => {
    const app = await drawApp({ ...startState(), session: sampleSession(now()) })
    app.change({ prompts: [first] })
    expect(button('Continue').disabled).toBe(true)
    expect(within(region()).getByText('Please read…')).toBeTruthy()
  })
})
