import { status } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { HealthImplementation } from 'grpc-health-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { healthService } from '../../server/standard/health.ts'
import { reflectionServices } from '../../server/standard/reflection.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

interface Answer {
  readonly validHost: string
  readonly errorResponse?: { readonly errorCode: number }
}

describe('server reflection', () => {
  it.each(
    reflectionServices([]).map(({ definition }) => [Object.values(definition)[0]?.path ?? '', definition] as const),
  )('answers every question of %s on one stream', async (_path, definition) => {
    await using test = await EngineUnderTest.start()
    const method = definition.ServerReflectionInfo as unknown as MethodDefinition<object, Answer>
    const stream = test.open(method)
    const questions = [
      { host: '', listServices: '' },
      { host: '', fileByFilename: 'openOBD/v1.proto' },
      { host: '', fileByFilename: 'nowhere.proto' },
      { host: '', fileContainingSymbol: 'openOBD.v1.session.finish' },
      { host: '', fileContainingSymbol: 'openOBD.v1.session.start' },
      { host: '', fileContainingSymbol: 'grpc.health.v1.Health' },
      { host: '', fileContainingSymbol: 'grpc.reflection.v1.ServerReflection' },
      { host: '', fileContainingSymbol: 'grpc.reflection.v1alpha.ServerReflection' },
      { host: '' },
      { host: 'me', allExtensionNumbersOfType: 'openOBD.v1.Radio' },
    ]
    for (const question of questions) stream.send(question)
    await eventually(() => stream.messages.length === questions.length, 'everything is answered')
    stream.halfClose()
    expect((await stream.status).code).toBe(status.OK)
    expect(stream.messages.map(({ errorResponse }) => errorResponse?.errorCode ?? status.OK)).toEqual([
      status.OK,
      status.OK,
      status.NOT_FOUND,
      status.OK,
      status.NOT_FOUND,
      status.OK,
      status.OK,
      status.OK,
      status.UNIMPLEMENTED,
      status.NOT_FOUND,
    ])
    expect(stream.messages.at(-1)?.validHost).toBe('me')
  })
})

it('does not keep the names of services that somebody watches although nobody serves them', async () => {
  const library = HealthImplementation.prototype as unknown as { addWatcher(name: string, watcher: unknown): void }
  const watched = vi.spyOn(library, 'addWatcher')
  onTestFinished(() => watched.mockRestore())
  await using test = await EngineUnderTest.start()
  const { Watch } = healthService([]).definition as unknown as {
    Watch: MethodDefinition<{ service: string }, { status: string }>
  }
  for (const name of ['nowhere.One', 'nowhere.Two', 'constructor']) {
    const stream = test.open(Watch)
    stream.send({ service: name })
    stream.halfClose()
    await eventually(() => stream.messages.length === 1, 'the state is sent')
    expect(stream.messages[0]?.status).toBe('SERVICE_UNKNOWN')
    stream.cancel()
  }
  expect(new Set(watched.mock.calls.map(([name]) => name))).toEqual(new Set(['not served']))
})
