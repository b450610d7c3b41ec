import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../openobd/manual-clock.ts'
import { hostileMessages } from '../../openobd/testing/hostile-messages.ts'
import { connectorInformationFromWire } from '../../openobd/wire/connector-information.ts'
import { workshopEventFromWire } from '../../openobd/wire/workshop-event.ts'
import { contract } from '../../shared/ipc/contract.ts'
import { initialState } from '../initial-state.ts'
import type { LogFields, Logger } from '../logging.ts'
import { linkAfterTick, waitingLink } from './link.ts'
import { Prompts } from './prompts.ts'
import { StatePublisher, type UnusableSlice } from './state-publisher.ts'
import { logUnusableFields } from './unusable-fields.ts'
import { Workshop } from './workshop.ts'

function setUp() {
  const clock = new ManualClock()
  const unusable: UnusableSlice[] = []
  const publisher = new StatePublisher(
    initialState({ version: '0', platform: 'test', host: 'electron' }),
    clock,
    () => undefined,
    (slice) => void unusable.push(slice),
  )
  const workshop: Workshop = new Workshop(
    () => publisher.setLater(['workshop', 'tickets', 'connectors'], () => workshop.slices()),
    () => clock.wallMs(),
  )
  const prompts: Prompts = new Prompts({
    clock,
    random: () => 0,
    isKeptHere: () => false,
    sendAnswer: () => undefined,
    describeSession: () => ({ session: { key: 'h1' } }),
    recorder: {
      shown: () => undefined,
      ended: () => undefined,
      answering: () => ({ sendable: Promise.resolve(true), durable: Promise.resolve() }),
      settled: () => undefined,
    },
    publish: () => publisher.setLater(['prompts'], () => ({ prompts: prompts.list })),
  })
  return { publisher, workshop, prompts, unusable, fits: () => contract.getState.reply.safeParse(publisher.snapshot()) }
}

describe('impossible numbers from a server', () => {
  it('leave the state readable, and the next question appears', () => {
    const { publisher, workshop, prompts, unusable, fits } = setUp()
    for (const { message } of hostileMessages('workbench.v1.WorkshopEvent')) {
      const event = workshopEventFromWire(message as never)
      if (event.kind === 'session-updated') continue
      workshop.apply(event)
      if (event.kind === 'snapshot') prompts.replaceAll(event.snapshot.prompts)
      if (event.kind === 'prompt-shown') prompts.show(event.prompt)
      if (event.kind === 'script-log') {
        const { at = 0, level, content } = event.line
        publisher.log({ at, level, content, source: 'function', sessionLabel: '' })
      }
    }
    expect(fits().success).toBe(true)
    const control = { kind: 'yesno', label: 'On?' } as const
    prompts.show({
      id: 'next',
      sessionId: '',
      contextId: '',
      functionName: '',
      screen: { target: 'customer', control, translations: {} },
    })
    expect(publisher.snapshot().state.prompts.at(-1)).toMatchObject({ id: 'next', control })
    expect(unusable).toEqual([])
  })

  it('do not stop the link', () => {
    const { publisher, unusable, fits } = setUp()
    for (const { message } of hostileMessages('openOBD.v1.ConnectorInformation')) {
      publisher.set('link', linkAfterTick(waitingLink, connectorInformationFromWire(message as never), 1))
      expect(fits().success).toBe(true)
    }
    expect(unusable).toEqual([])
  })

  it('are logged once per field', () => {
    const logged: LogFields[] = []
    const logger: Logger = {
      info: () => undefined,
      warn: (_event, fields) => void logged.push(fields ?? {}),
      error: () => undefined,
    }
    onTestFinished(logUnusableFields(logger))
    for (let n = 0; n < 5; n += 1)
      connectorInformationFromWire({ connected: true, connected_since: 0, latency: Number.NaN, healthy: true })
    expect(logged).toEqual([{ kind: 'ConnectorInformation.latency' }])
  })
})
