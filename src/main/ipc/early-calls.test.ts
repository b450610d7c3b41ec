import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { succeeded } from '../../shared/outcome.ts'
import { initialState } from '../initial-state.ts'
import { StatePublisher } from '../services/state-publisher.ts'
import { type Backend, lazyHandlers } from './lazy-handlers.ts'
import { callNames } from './registrar.ts'

function setUp() {
  const clock = new ManualClock()
  const sent: string[] = []
  const state = initialState({ version: '0', platform: 'test', host: 'electron' })
  const publisher = new StatePublisher(state, clock, (name) => void sent.push(name))
  const shell = {
    closingShown: () => succeeded(null),
    answerClosing: () => Promise.resolve(succeeded(null)),
  }
  return { clock, sent, publisher, shell, ...lazyHandlers(publisher, shell) }
}
const backend = (handlers: object) =>
  ({ handlers, settle: () => Promise.resolve(), stop: () => Promise.resolve() }) as unknown as Backend

describe('the calls of the page before the back end', () => {
  it('are all there', () => {
    expect(Object.keys(setUp().handlers).sort()).toEqual([...callNames].sort())
  })

  it('are answered at once when they need no back end', async () => {
    const { handlers, publisher, shell, sent, clock } = setUp()
    expect(handlers.closingShown).toBe(shell.closingShown)
    expect(handlers.answerClosing).toBe(shell.answerClosing)
    expect(handlers.getState(undefined as never)).toEqual(publisher.snapshot())
    for (let question = 1; question <= 4; question += 1) {
      publisher.set('journal', { setAside: `file ${question}` })
      clock.advance(16)
    }
    expect(sent).toHaveLength(2)
    expect(handlers.acknowledge({ revision: 2, sequence: 0 })).toEqual({ ok: true, value: null })
    clock.advance(16)
    expect(sent).toHaveLength(3)
  })

  it('wait for the back end, get its reply, and the state is published before it', async () => {
    const { handlers, provide, publisher, sent } = setUp()
    const asked: unknown[] = []
    const reply = handlers.showJob({ job: 'j' })
    let isAnswered = false
    void Promise.resolve(reply).then(() => {
      isAnswered = true
    })
    await Promise.resolve()
    expect(isAnswered).toBe(false)
    const showJob = (args: unknown) => {
      asked.push(args)
      publisher.set('shownJob', 'j')
      return succeeded(null)
    }
    provide(backend({ showJob }))
    expect(await reply).toEqual({ ok: true, value: null })
    expect([asked, sent]).toEqual([[{ job: 'j' }], ['stateChanged']])
  })

  it('fail as a bug when the back end cannot load', async () => {
    const { handlers, giveUp } = setUp()
    const reply = Promise.resolve(handlers.dismissBlockingSessions(undefined as never))
    giveUp(new Error('broken'))
    await expect(reply).rejects.toThrow('broken')
  })
})
