// @vitest-environment happy-dom
import { act, fireEvent, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { PromptControl } from '../../../shared/prompt.ts'
import { samplePrompt } from '../../testing/sample-state.ts'
import { armingMs } from './prompt-guard.ts'
import { armed, button, choices, drawPrompt, now, region } from './testing/prompts-page.tsx'

const names = Array.from({ length: 40 }, (_, index) => `Unit ${index}`)
const options = (list: readonly string[]): PromptControl => ({ kind: 'options', label: 'Which?', options: [...list] })
const search = () => within(region()).getByRole<HTMLInputElement>('searchbox', { name: 'Find a choice' })
const shown = () =>
  within(within(region()).getByRole('list', { name: 'Choices' }))
    .queryAllByRole('button')
    .map(({ textContent }) => textContent)
const pause = (ms: number) => act(() => new Promise((resolve) => setTimeout(resolve, ms)))
const settle = () => pause(armingMs + 50)

// @proves Window: More than 12 choices can be searched; only a press on a choice sends it
describe('a long list of choices', () => {
  it('can be searched from thirteen on', async () => {
    const app = await drawPrompt(options(names.slice(0, 12)))
    expect(screen.queryByRole('searchbox')).toBeNull()
    app.change({ prompts: [samplePrompt(now(), options(names.slice(0, 13)), { id: 'longer' })] })
    expect(search()).toBeTruthy()
  })

  it('never gives its search the focus', async () => {
    await drawPrompt(options(names))
    await armed('Unit 1')
    await settle()
    expect(document.activeElement).toBe(within(region()).getByRole('region', { name: 'Question' }))
  })

  it('leaves the focus in a field that is in use', async () => {
    const app = await drawPrompt({ kind: 'freetext', label: 'Old?' })
    const field = within(region()).getByRole('textbox', { name: 'Your answer' })
    await app.user.click(field)
    app.change({ prompts: [app.fake.state.prompts, samplePrompt(now(), options(names), { id: 'newer' })].flat() })
    await settle()
    expect(document.activeElement).toBe(field)
  })

  it('answers with the place in the whole list, not in the shown one', async () => {
    const app = await drawPrompt(options(names))
    await armed('Unit 37')
    await app.user.type(search(), '37')
    expect(shown()).toEqual(['Unit 37'])
    await settle()
    await app.user.click(button('Unit 37'))
    expect(choices(app)).toEqual([{ kind: 'options', option: 37 }])
  })

  it('sends nothing by Enter in the search, also when one choice is left', async () => {
    const app = await drawPrompt(options(names))
    await armed('Unit 37')
    await app.user.type(search(), '37{Enter}')
    await settle()
    await app.user.type(search(), '{Enter} {Enter}')
    expect(choices(app)).toEqual([])
    expect(document.activeElement).toBe(search())
  })

  it('ignores a press that begins right after the list has changed under it', async () => {
    const app = await drawPrompt(options(names))
    await armed('Unit 1')
    fireEvent.change(search(), { target: { value: '2' } })
    await app.user.click(button('Unit 2'))
    expect(choices(app)).toEqual([])
    await settle()
    await app.user.click(button('Unit 2'))
    expect(choices(app)).toEqual([{ kind: 'options', option: 2 }])
  })

  it('says how many were found, and that there is none', async () => {
    const app = await drawPrompt(options(names))
    await app.user.type(search(), '3')
    expect(within(region()).getByText('13 choices found')).toBeTruthy()
    await app.user.type(search(), 'x')
    expect(within(region()).getByText('No choice contains this text.')).toBeTruthy()
    expect(shown()).toEqual([])
    await app.user.click(within(region()).getByRole('button', { name: 'Clear the search' }))
    expect(shown()).toHaveLength(40)
  })

  it('finds the words that are shown, not those of another language', async () => {
    const translations = { 'Unit 5': { de: 'Steuergerät 5', en: 'Airbag' } }
    const app = await drawPrompt(options(names), { translations })
    await app.user.type(search(), 'airbag')
    expect(shown()).toEqual(['Airbag'])
  })

  it('keeps the given choice in sight whatever is searched for', async () => {
    const app = await drawPrompt(options(names))
    app.change({
      prompts: [
        samplePrompt(now(), options(names), { answer: { state: 'answered', choice: { kind: 'options', option: 4 } } }),
      ],
    })
    await app.user.type(search(), '37')
    expect(shown()).toEqual(['Unit 4', 'Unit 37'])
  })
})
