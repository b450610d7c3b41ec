import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { defineService, serverStream } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { activeAccess } from '../session/access.ts'
import { busesOf } from './config.ts'

/** `openOBD.v1.terminal15` (protocol.md §8): the current state of the configured pin, then every change. */
export const terminal15Service = (engine: Engine) =>
  defineService(openObdV1.terminal15.service, {
    openTerminal15Stream: serverStream(activeAccess, async (_request, stream, { session }) => {
      const buses = busesOf(engine, session)
      buses.assertTerminal15()
      let sent: boolean | undefined
      const send = () => {
        const isOn = buses.isTerminal15On()
        if (isOn === undefined || isOn === sent) return
        sent = isOn
        stream.send({ state: isOn ? 'STATE_ON' : 'STATE_OFF' })
      }
      send()
      const stopListening = [session.bay.car.onChange(send), buses.onConfigured(send)]
      await stream.whenOver()
      for (const stop of stopListening) stop()
    }),
  })
