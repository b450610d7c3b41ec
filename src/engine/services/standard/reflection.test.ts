import { status } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { describe, expect, it } from 'vitest'
import { EngineUnderTest, eventually } from '../../testing/engine-under-test.ts'
import { reflectionServices } from './reflection.ts'

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
      status.NOT_FOUND,
    ])
    expect(stream.messages.at(-1)?.validHost).toBe('me')
  })
})
