import { screen, waitFor, within } from '@testing-library/react'
import { expect } from 'vitest'
import type { Prompt, PromptControl } from '../../../../shared/prompt.ts'
import { type DrawnApp, drawApp } from '../../../testing/draw-app.tsx'
import { samplePrompt, sessionState } from '../../../testing/sample-state.ts'

/** The time of the application, which is the real one. */
export const now = () => Date.now()

/** The application in a session with one prompt. */
export async function drawPrompt(control: PromptControl, more: Partial<Prompt> = {}): Promise<DrawnApp> {
  return drawApp(sessionState(now(), [samplePrompt(now(), control, more)]))
}

/** The part of the page with the prompt. */
export const region = () => screen.getByRole('region', { name: 'Prompt' })
/** Its question. */
export const question = () => within(region()).getByRole('region', { name: 'Question' })
/** A button of it. */
export const button = (name: string) => within(region()).getByRole<HTMLButtonElement>('button', { name })
/** Waits until a button can be pressed. */
export const armed = (name: string) => waitFor(() => expect(button(name).disabled).toBe(false))
/** The answers so far. */
export const choices = (app: DrawnApp) =>
  app.fake.callsOf('answerPrompt').map((args) => (args as { choice: unknown }).choice)
