import { describe, expect, it } from 'vitest'
import type { FromFunctionHost } from '../shared/function-host.ts'
import { fromFunctionHostSchema } from '../shared/function-host.ts'
import type { Question } from './function-session.ts'
import { SessionFailure } from './function-session.ts'
import { mirrored } from './prompt-mirror.ts'
import { ScriptedSession } from './testing/scripted-session.ts'
import { untranslated } from './translated-text.ts'

const question: Question = {
  control: { kind: 'yesno', label: 'Ready?' },
  texts: [{ ...untranslated('Ready?'), de: 'Bereit?' }],
}
const label: Question = {
  control: { kind: 'label', label: 'Wait', minimalDisplayTimeMs: 0 },
  texts: [untranslated('Wait')],
}

function mirror() {
  const session = new ScriptedSession()
  const told: FromFunctionHost[] = []
  const ui = mirrored(session, 'r1', (message) => void told.push(message)).openUserInterface()
  return { session, told, ui }
}

describe('mirrored prompts', () => {
  it('reports a shown prompt with its translations, and its answer', async () => {
    const { told, ui } = mirror()
    await ui.ask(question)
    expect(told).toMatchObject([
      { type: 'prompt', promptId: 'r1-1', target: 'customer', translations: { 'Ready?': { de: 'Bereit?' } } },
      { type: 'promptEnded', promptId: 'r1-1', reason: 'answered' },
    ])
    for (const message of told) expect(fromFunctionHostSchema.safeParse(message).success).toBe(true)
  })

  it('leaves a label on the screen until the stream is closed', async () => {
    const { told, ui } = mirror()
    await ui.ask(label)
    expect(told).toHaveLength(1)
    ui.close()
    expect(told.at(-1)).toEqual({ type: 'promptEnded', runId: 'r1', promptId: 'r1-1', reason: 'withdrawn' })
  })

  it('reports an answered prompt as withdrawn when it leaves the screen', async () => {
    const { told, ui, session } = mirror()
    await ui.ask(question)
    ui.close()
    ui.close()
    expect(told.filter((message) => message.type === 'promptEnded' && message.reason === 'withdrawn')).toHaveLength(1)
    expect(session.closedInterfaces).toBe(2)
  })

  it('reports a withdrawn prompt', async () => {
    const { told, ui, session } = mirror()
    session.answer = () => {
      throw new SessionFailure('prompt-withdrawn', 'Gone.')
    }
    await expect(ui.ask(question)).rejects.toMatchObject({ code: 'prompt-withdrawn' })
    expect(told.at(-1)).toMatchObject({ type: 'promptEnded', reason: 'withdrawn' })
  })

  it('gives every prompt of the run its own id', async () => {
    const { told, ui } = mirror()
    await ui.ask(question)
    await ui.ask(label)
    const ids = told.flatMap((message) => (message.type === 'prompt' ? [message.promptId] : []))
    expect(ids).toEqual(['r1-1', 'r1-2'])
  })
})
