import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { EngineUnderTest, eventually } from '../../testing/engine-under-test.ts'
import { type ReflectionDefinition, type ReflectionRequest, standardPackages } from './descriptor.ts'
import { packageOf } from './descriptor-files.ts'

describe('server reflection', () => {
  it.each(['grpc.reflection.v1', 'grpc.reflection.v1alpha'])(
    'answers every question of %s on one stream',
    async (name) => {
      await using test = await EngineUnderTest.start()
      const service = standardPackages[`${name}.ServerReflection`] as unknown as ReflectionDefinition
      const stream = test.open(service.ServerReflectionInfo)
      const questions: ReflectionRequest[] = [
        { host: '', list_services: '' } as ReflectionRequest,
        { host: '', file_by_filename: 'openOBD/v1.proto' },
        { host: '', file_by_filename: 'nowhere.proto' },
        { host: '', file_containing_symbol: 'openOBD.v1.session.finish' },
        { host: '', file_containing_symbol: 'openOBD.v1.session.start' },
        { host: '', all_extension_numbers_of_type: 'openOBD.v1.Control' },
        { host: '', all_extension_numbers_of_type: 'openOBD.v1.Radio' },
        { host: 'me' },
      ]
      for (const question of questions) stream.send(question)
      await eventually(() => stream.messages.length === questions.length, 'everything is answered')
      stream.halfClose()
      expect((await stream.status).code).toBe(status.OK)
      expect(stream.messages.map((answer) => answer.error_response?.error_code ?? status.OK)).toEqual([
        status.OK,
        status.OK,
        status.NOT_FOUND,
        status.OK,
        status.NOT_FOUND,
        status.OK,
        status.NOT_FOUND,
        status.INVALID_ARGUMENT,
      ])
      expect(stream.messages.at(-1)?.valid_host).toBe('me')
    },
  )

  it.each([
    ['openOBD.v1.can.openIsotpStream', 'openOBD.v1'],
    ['openOBD.v1.Control', 'openOBD.v1'],
    ['grpc.reflection.v1alpha.ServerReflection', 'grpc.reflection.v1alpha'],
    ['google.protobuf.Any', 'google.protobuf'],
  ])('finds the package of %s', (symbol, expected) => {
    expect(packageOf(symbol)).toBe(expected)
  })
})
