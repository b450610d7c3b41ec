import { openObdV1 } from '../../openobd/protos.ts'
import type { Engine } from '../engine.ts'
import { defineService, serverStream } from '../server/rpc.ts'
import { activeAccess } from '../session/access.ts'
import { busesOf } from './config.ts'

/** `openOBD.v1.terminal15` (protocol.md §8): the present state at once, then every change. */
export const terminal15Service = (engine: Engine) =>
  defineService(openObdV1.terminal15.service, {
    openTerminal15Stream: serverStream(activeAccess, async (_request, stream, { session }) => {
      busesOf(engine, session).assertTerminal15()
      const { car } = session.bay
      let told: boolean | undefined
      const tell = () => {
        if (told === car.ignitionOn) return
        told = car.ignitionOn
        stream.send({ state: told ? 'STATE_ON' : 'STATE_OFF' })
      }
      tell()
      const stopListening = car.onChange(tell)
      await stream.whenOver()
      stopListening()
    }),
  })
