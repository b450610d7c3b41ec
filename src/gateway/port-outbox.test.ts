import { describe, expect, it } from 'vitest'
import type { WorkshopEvent } from '../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { workbenchV1 } from '../openobd/grpc/protos.ts'
import { ManualClock } from '../openobd/manual-clock.ts'
import { PortOutbox } from './port-outbox.ts'

const { responseDeserialize } = workbenchV1.viewer.service.watchWorkshop
const shown = (id: string, label = id): WorkshopEvent => ({
  prompt_shown: { id, control: { control_continue: { label } } },
})
const ended = (id: string): WorkshopEvent => ({ prompt_ended: { prompt_id: id, reason: 'PROMPT_END_REPLACED' } })
const line = (content: string): WorkshopEvent => ({ script_log: { content } })

function setUp() {
  const clock = new ManualClock()
  const sent: { events: string[]; leftOut: number }[] = []
  const outbox = new PortOutbox(clock, (events, leftOut) => {
    const words = events.map((event) => {
      const { prompt_shown, prompt_ended, script_log } = responseDeserialize(Buffer.from(event, 'base64'))
      if (prompt_shown) return `shown ${prompt_shown.id}`
      return prompt_ended ? `ended ${prompt_ended.prompt_id}` : `line ${script_log?.content}`
    })
    sent.push({ events: words, leftOut })
  })
  return { clock, sent, outbox }
}

describe('the events for main', () => {
  it('go out together once a frame, prompts in their order', () => {
    const { clock, sent, outbox } = setUp()
    for (const event of [shown('1'), line('a'), shown('2'), ended('1')]) outbox.add(event)
    expect(sent).toEqual([])
    clock.advance(16)
    expect(sent).toEqual([{ events: ['shown 2', 'ended 1', 'line a'], leftOut: 0 }])
    clock.advance(1_000)
    expect(sent).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('leave out a prompt that has ended before it could be sent, but never its end', () => {
    const { clock, sent, outbox } = setUp()
    for (let prompt = 0; prompt < 200; prompt += 1) {
      outbox.add(shown(String(prompt)))
      outbox.add(ended(String(prompt)))
    }
    clock.advance(16)
    expect(sent[0]?.events.some((event) => event.startsWith('shown'))).toBe(false)
    expect(sent[0]?.events).toHaveLength(200)
  })

  it('count log lines beyond a thousand a second', () => {
    const { clock, sent, outbox } = setUp()
    for (let number = 0; number < 10_000; number += 1) {
      outbox.add(line(String(number)))
      if (number % 100 === 99) clock.advance(10)
    }
    clock.advance(16)
    const lines = sent.flatMap(({ events }) => events).length
    expect(lines).toBeLessThanOrEqual(1_100)
    expect(lines + sent.reduce((sum, { leftOut }) => sum + leftOut, 0)).toBe(10_000)
  })

  it('go out at once when they are asked for', () => {
    const { sent, outbox, clock } = setUp()
    outbox.add(shown('1'))
    outbox.flush()
    expect(sent).toHaveLength(1)
    clock.advance(100)
    expect(sent).toHaveLength(1)
  })
})
