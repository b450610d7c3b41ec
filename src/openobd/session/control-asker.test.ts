import { describe, expect, it } from 'vitest'
import { succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, callFailure, refused } from '../failure.ts'
import type { Control, Control__Output } from '../generated/types/openOBD/v1/Control.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { FakeDuplex } from '../testing/fake-duplex.ts'
import { settle } from '../testing/fake-stream.ts'
import { ControlAsker, type ScreenSettings } from './control-asker.ts'
import type { SessionCalls } from './session-calls.ts'

const wire = (control: Control): Control__Output => openObdV1.Control.deserialize(openObdV1.Control.serialize(control))
const rpc = 'userInterface/openControlStream'

function setUp() {
  const streams: FakeDuplex<Control, Control__Output>[] = []
  const paths: string[] = []
  const server: { refusal: CallOutcome<never> | undefined } = { refusal: undefined }
  const calls = {
    duplex: ({ path }: { path: string }) => {
      if (server.refusal) return server.refusal
      paths.push(path)
      const stream = new FakeDuplex<Control, Control__Output>()
      streams.push(stream)
      return succeeded(stream)
    },
  } as unknown as SessionCalls
  const asker = new ControlAsker(calls)
  const say = (control: Control) => streams.at(-1)?.say(wire(control))
  return { asker, streams, paths, server, say }
}

/** What a promise has come to, or `open`. */
async function stateOf<T>(outcome: Promise<T>): Promise<T | 'open'> {
  await settle()
  return Promise.race([outcome, Promise.resolve('open' as const)])
}
const withdrawn = { failure: { code: 'prompt-withdrawn', rpc } }

type Ask = (asker: ControlAsker, settings?: ScreenSettings) => Promise<CallOutcome<unknown>>
const asks: Record<string, [Ask, Control, Control, unknown]> = {
  label: [
    (asker, settings) => asker.showLabel('Wait', 1_001, settings),
    { control_label: { label: 'Wait', minimal_display_time: 2 } },
    { control_label: { label: 'Wait' } },
    null,
  ],
  yesno: [
    (asker, settings) => asker.askYesNo('On?', settings),
    { control_yesno: { label: 'On?' } },
    { control_yesno: { label: 'On?', answer: false } },
    false,
  ],
  continue: [
    (asker, settings) => asker.askContinue('Go on', settings),
    { control_continue: { label: 'Go on' } },
    { control_continue: { label: 'Go on' } },
    null,
  ],
  freetext: [
    (asker, settings) => asker.askFreeText('Name?', settings),
    { control_freetext: { label: 'Name?' } },
    { control_freetext: { label: 'Name?', answer: '' } },
    '',
  ],
  options: [
    (asker, settings) => asker.askOption('Axle?', ['front', 'rear'], settings),
    { control_options: { label: 'Axle?', options: ['front', 'rear'] } },
    { control_options: { label: 'Axle?', answer: 1 } },
    1,
  ],
  number: [
    (asker, settings) => asker.askNumber('How many?', { minimum: 2, maximum: 4 }, settings),
    { control_number: { label: 'How many?', minimum: 2, maximum: 4 } },
    { control_number: { label: 'How many?', answer: 4 } },
    4,
  ],
}

describe.each(Object.entries(asks))('a control of kind %s', (kind, [ask, expected, answer, value]) => {
  it('is sent to the customer on one stream, and gives its answer', async () => {
    const { asker, streams, paths, say } = setUp()
    const outcome = ask(asker)
    expect(paths).toEqual(['/openOBD.v1.userInterface/openControlStream'])
    expect(streams[0]?.sent).toEqual([{ target: 'INTERFACE_USER', translations: [], ...expected }])
    expect(await stateOf(outcome)).toBe('open')
    say(answer)
    expect(await outcome).toEqual({ ok: true, value })
    const again = ask(asker)
    expect([streams.length, streams[0]?.sent.length]).toEqual([1, 2])
    say(answer)
    expect(await again).toEqual({ ok: true, value })
  })

  it('takes target, translations and image', () => {
    const { asker, streams } = setUp()
    const imageUrl = 'https://example.org/a.png'
    void ask(asker, { target: 'operator', translations: { a: { de: 'b' } }, imageUrl })
    expect(streams[0]?.sent).toEqual([
      {
        target: 'INTERFACE_OPERATOR',
        translations: [{ label: 'a', translations: [{ language: 'de', label: 'b' }] }],
        image: { url: imageUrl },
        ...expected,
      },
    ])
  })

  it('skips echoes of another kind or of another label', async () => {
    const { asker, say } = setUp()
    const outcome = ask(asker)
    const [name = '', body] = Object.entries(answer)[0] ?? []
    say({ [name]: { ...(body as object), label: 'another' } })
    for (const [other, [, , reply]] of Object.entries(asks)) if (other !== kind) say(reply)
    expect(await stateOf(outcome)).toBe('open')
    say({ [name]: { ...(body as object), label: '' } })
    expect(await outcome).toMatchObject({ ok: true })
  })

  it('is withdrawn by a newer one, by an abort, by closing and by the end of the stream', async () => {
    const { asker, streams } = setUp()
    const stop = new AbortController()
    const outcomes = [ask(asker), ask(asker, { signal: stop.signal })]
    expect(await outcomes[0]).toMatchObject(withdrawn)
    expect(await stateOf(outcomes[1] as Promise<unknown>)).toBe('open')
    stop.abort()
    expect(await outcomes[1]).toMatchObject(withdrawn)
    const closing = ask(asker)
    asker.close()
    expect([await closing, streams[0]?.stops]).toMatchObject([withdrawn, 1])
    const ending = ask(asker)
    expect(streams).toHaveLength(2)
    streams[1]?.finish({ kind: 'ended' })
    expect(await ending).toMatchObject(withdrawn)
    const failing = ask(asker)
    const failure = callFailure('a/b', 'not-allowed-now')
    streams[2]?.finish({ kind: 'failed', failure })
    expect(await failing).toEqual({ ok: false, failure })
  })

  it.each(['over', 'full'] as const)('that finds the stream %s was not sent', async (sendOutcome) => {
    const { asker, streams } = setUp()
    void asker.askContinue('first')
    const [stream] = streams
    if (stream) stream.sendOutcome = sendOutcome
    expect(await ask(asker)).toMatchObject({ failure: { code: 'connection-lost', certainty: 'not-sent', rpc } })
  })

  it('fails when the stream cannot be opened', async () => {
    const { asker, server } = setUp()
    server.refusal = refused('x', 'session-expired')
    expect(await ask(asker)).toBe(server.refusal)
  })

  it('that is aborted before it is sent is withdrawn and leaves the one before on the screen', async () => {
    const { asker, streams } = setUp()
    const before = asker.askContinue('first')
    expect(await ask(asker, { signal: AbortSignal.abort() })).toMatchObject(withdrawn)
    expect([await stateOf(before), streams[0]?.sent.length]).toEqual(['open', 1])
  })
})

describe('an answer that does not fit', () => {
  it.each<[string, Ask, Control]>([
    [
      'an option behind the last one',
      (asker) => asker.askOption('A', ['x', 'y']),
      { control_options: { label: 'A', answer: 2 } },
    ],
    [
      'a number below the minimum',
      (asker) => asker.askNumber('A', { minimum: 2, maximum: 4 }),
      { control_number: { label: 'A', answer: 1 } },
    ],
    [
      'a number above the maximum',
      (asker) => asker.askNumber('A', { minimum: 2, maximum: 4 }),
      { control_number: { label: 'A', answer: 5 } },
    ],
  ])('is refused: %s', async (_title, ask, answer) => {
    const { asker, say } = setUp()
    const outcome = ask(asker)
    say(answer)
    expect(await outcome).toMatchObject({ failure: { code: 'answer-invalid', rpc } })
  })

  it.each([2, 4])('is none when it is on the limit: %i', async (number) => {
    const { asker, say } = setUp()
    const outcome = asker.askNumber('A', { minimum: 2, maximum: 4 })
    say({ control_number: { label: 'A', answer: number } })
    expect(await outcome).toEqual({ ok: true, value: number })
  })
})

describe('a stream that was replaced', () => {
  it('answers and ends nothing any more', async () => {
    const { asker, streams } = setUp()
    void asker.askYesNo('On?')
    asker.close()
    const outcome = asker.askYesNo('On?')
    streams[0]?.say(wire({ control_yesno: { label: 'On?', answer: true } }))
    streams[0]?.finish({ kind: 'failed', failure: callFailure('a/b', 'internal') })
    expect(await stateOf(outcome)).toBe('open')
    streams[1]?.say(wire({ control_yesno: { label: 'On?', answer: false } }))
    expect(await outcome).toEqual({ ok: true, value: false })
    streams[1]?.say(wire({ control_yesno: { label: 'On?', answer: true } }))
  })

  it('by one that is over is not used again', async () => {
    const { asker, streams } = setUp()
    void asker.askContinue('first')
    const [stream] = streams
    if (stream) stream.isOver = true
    void asker.askContinue('second')
    expect(streams.map(({ sent }) => sent.length)).toEqual([1, 1])
  })

  it('is nothing to close', () => {
    setUp().asker.close()
  })
})

it('a signal is left alone after the answer', async () => {
  const { asker, say } = setUp()
  const stop = new AbortController()
  let listeners = 0
  const { signal } = stop
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = ((...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }) as typeof signal.addEventListener
  signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...args)
  }) as typeof signal.removeEventListener
  const outcome = asker.askContinue('Go on', { signal })
  expect(listeners).toBe(1)
  say({ control_continue: { label: 'Go on' } })
  await outcome
  expect(listeners).toBe(0)
})
