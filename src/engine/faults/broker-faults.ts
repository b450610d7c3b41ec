import { z } from 'zod'
import { unavailable } from '../../server/refusal.ts'
import { defineFault, noParameters, wholeNumber } from './define-fault.ts'

/** Announces a restart of the function broker, once. */
export const brokerReconnect = defineFault({
  kind: 'broker-reconnect',
  description: 'The function broker asks every host of functions to open a new stream, once.',
  parameters: z.strictObject({ seconds: wholeNumber(1, 3600).default(10) }),
  apply: (engine, fault) => {
    engine.broker.announceReconnect(fault.parameters.seconds)
    return undefined
  },
})

/** Breaks the streams of all hosts of functions, once. */
export const brokerRestart = defineFault({
  kind: 'broker-restart',
  description: 'The function broker restarts without notice: the streams of all hosts of functions break, once.',
  parameters: noParameters,
  apply: (engine) => {
    engine.broker.cut(unavailable('the function broker restarted'))
    return undefined
  },
})
