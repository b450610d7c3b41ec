// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { Prompt } from '../../../shared/prompt.ts'
import { createMirrorStore } from '../../store/mirror.ts'
import { createScreenStore } from '../../store/screen.ts'
import { WorkbenchContext } from '../../store/workbench.ts'
import { FakeWorkbench } from '../../testing/fake-workbench.ts'
import { samplePrompt, sessionState } from '../../testing/sample-state.ts'
import { QuestionSound } from './QuestionSound.tsx'

const now = 1_000_000
const question = (id: string, more: Partial<Prompt> = {}) =>
  samplePrompt(now, { kind: 'yesno', label: 'On?' }, { id, ...more })

afterEach(cleanup)

function listen(first: Partial<AppState> = {}) {
  const usual = sessionState(now)
  const state = { ...usual, settings: { ...usual.settings, sound: true }, ...first }
  const mirror = createMirrorStore()
  mirror.setState({ state })
  const play = vi.fn()
  const workbench = { api: new FakeWorkbench(state).api, mirror, screen: createScreenStore() }
  render(
    <WorkbenchContext value={workbench}>
      <QuestionSound play={play} />
    </WorkbenchContext>,
  )
  const change = (more: Partial<AppState>) =>
    act(() => mirror.setState((old) => ({ state: old.state && { ...old.state, ...more } })))
  return { play, change, state }
}

describe('the sound of a question', () => {
  it('is played once for each new question', () => {
    const { play, change } = listen()
    change({ prompts: [question('1')] })
    expect(play).toHaveBeenCalledTimes(1)
    change({ prompts: [question('1'), question('2')] })
    expect(play).toHaveBeenCalledTimes(2)
    change({ prompts: [question('2')] })
    expect(play).toHaveBeenCalledTimes(2)
  })

  it('is not played for questions of a page that was just loaded', () => {
    expect(listen({ prompts: [question('1')] }).play).not.toHaveBeenCalled()
  })

  it.each([
    ['a text that asks nothing', samplePrompt(now, { kind: 'label', label: 'Reading', minimalDisplayTimeMs: 0 })],
  ])('is not played for %s', (_what, prompt) => {
    const { play, change } = listen()
    change({ prompts: [prompt] })
    expect(play).not.toHaveBeenCalled()
  })

  it('is not played when the settings say so, nor later for the same question', () => {
    const { play, change, state } = listen()
    change({ settings: { ...state.settings, sound: false } })
    change({ prompts: [question('1')] })
    change({ settings: { ...state.settings, sound: true } })
    expect(play).not.toHaveBeenCalled()
  })
})
