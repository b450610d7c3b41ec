import type { z } from 'zod'
import { type CallArgs, type CallName, type CallReply, contract } from '../../shared/ipc/contract.ts'
import { type Failure, type FailureCode, failed, newFailure } from '../../shared/outcome.ts'
import { describeBug, type Logger } from '../logging.ts'
import type { RefusalCounter } from '../refusal-counter.ts'
import { copyPlainData } from './plain-data.ts'
import { isTrustedSender, type SenderEvent } from './sender.ts'
import { type BucketLimits, TokenBucket } from './token-bucket.ts'

/** One handler per query and command; it gets parsed arguments and throws only for bugs. */
export type Handlers = { [N in CallName]: (args: CallArgs<N>) => CallReply<N> | Promise<CallReply<N>> }

/** The part of Electron's `ipcMain` that the registrar uses. */
export interface InvokeRegistry {
  handle(channel: string, listener: (event: SenderEvent, ...args: unknown[]) => Promise<unknown>): void
}

/** Why a call was not served. */
export type CallRefusal = 'untrusted-sender' | 'too-many' | 'invalid' | 'secret'

const usualLimits: BucketLimits = { capacity: 60, perSecond: 30 }
const limitsByChannel: Partial<Record<CallName, BucketLimits>> = {
  answerPrompt: { capacity: 200, perSecond: 100 },
  acknowledge: { capacity: 400, perSecond: 200 },
  startSession: { capacity: 10, perSecond: 2 },
}

/** The only call that may carry a client secret. The arguments of every other call may reach a server or a function. */
const takesSecrets: CallName = 'saveProfile'

/** Names of the contract's queries and commands. */
export const callNames = Object.entries(contract).flatMap(([name, entry]) =>
  entry.kind === 'event' ? [] : [name as CallName],
)

interface Call {
  args: z.ZodType
  reply: z.ZodType
}

/**
 * Connects every call of the contract with its handler: checks the sender, limits the rate, parses the arguments and validates
 * the reply. Expected failures are outcomes; where the reply type has no failure, the call rejects with the code as its
 * message.
 */
export function registerCalls(options: {
  registry: InvokeRegistry
  handlers: Handlers
  isOurWindow: (webContentsId: number) => boolean
  /** Whether arguments hold a known secret or token. */
  holdsSecret: (args: unknown) => boolean
  /** Removes from a reply what must not leave main. */
  clean: (reply: unknown) => unknown
  logger: Logger
  refusals: RefusalCounter<CallRefusal>
  monotonicMs: () => number
}): void {
  for (const name of callNames) {
    const { args, reply } = contract[name] as Call
    const bucket = new TokenBucket(limitsByChannel[name] ?? usualLimits, options.monotonicMs)
    const handle = options.handlers[name] as (args: unknown) => unknown
    const hasRoomForFailure = reply.safeParse(failed(newFailure('internal'))).success
    const refuse = (code: FailureCode, failure = newFailure(code)) => {
      if (hasRoomForFailure) return failed(failure)
      throw new Error(code)
    }
    options.registry.handle(name, async (event, ...received) => {
      if (!isTrustedSender(event, options.isOurWindow)) {
        options.refusals.add('untrusted-sender', name)
        throw new Error('not-allowed-now')
      }
      if (!bucket.take()) {
        options.refusals.add('too-many', name)
        return refuse('too-many-requests')
      }
      const parsed = received.length > 1 ? undefined : parseArguments(args, received[0])
      if (!parsed?.success) {
        options.refusals.add('invalid', name)
        return refuse('invalid-input')
      }
      if (name !== takesSecrets && options.holdsSecret(parsed.data)) {
        options.refusals.add('secret', name)
        return refuse('secret-in-text')
      }
      return answer({
        name,
        reply,
        call: async () => options.clean(await handle(parsed.data)),
        refuse,
        logger: options.logger,
      })
    })
  }
}

function parseArguments(schema: z.ZodType, value: unknown) {
  const plain = copyPlainData(value)
  return plain.ok ? schema.safeParse(plain.value) : undefined
}

async function answer(options: {
  name: string
  reply: z.ZodType
  call: () => unknown
  refuse: (code: 'internal', failure: Failure) => unknown
  logger: Logger
}): Promise<unknown> {
  try {
    return options.reply.parse(await options.call())
  } catch (error) {
    const failure = newFailure('internal')
    options.logger.error('a call of the renderer failed because of a bug', {
      channel: options.name,
      correlationId: failure.correlationId,
      ...describeBug(error),
    })
    return options.refuse('internal', failure)
  }
}
