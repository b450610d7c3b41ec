import { openObdV1 } from '../../../src/openobd/grpc/protos.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { World } from '../world/world.ts'
import type { Ledger } from './ledger.ts'
import { type NearAddress, NearSide, type NearStream } from './near-side.ts'

const session = openObdV1.session.service
const functions = openObdV1.function.service
const broker = openObdV1.functionBroker.service
const controller = openObdV1.sessionController.service

/** A context with every token that a function ever got for it. */
interface Held {
  readonly contextId: string
  readonly sessionId: string
  readonly parent: Held | undefined
  /** The id that a function knows: empty for the root of a session. */
  readonly wireId: string
  readonly tokens: string[]
  readonly monitors: string[]
}

/** What a function does next, with a number that picks the context and one that picks the token. */
export type Deed =
  | 'claim'
  | 'nest'
  | 'run-local'
  | 'set'
  | 'chatter'
  | 'ask'
  | 'stop-asking'
  | 'finish'
  | 'hold-tokens'
  | 'monitor'
  | 'start-own'
  | 'interrupt-own'
  | 'guess'

export const localFunctions = ['held-0', 'held-1', 'nested'] as const
/** Tickets of sessions that scripts start themselves. */
const ownTickets = ['7000007', '7000008'] as const
const chatterMs = 40
const chatterLines = 60

/**
 * Functions on this computer that ignore everything: they keep every token that they ever saw, use any of them at any time, open
 * streams again when they break, and start sessions of their own.
 */
export class Functions {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #script: SimProcess
  #host: SimProcess
  readonly #contexts: Held[] = []
  readonly #asking: NearStream<object>[] = []
  readonly #ownSessions = new Set<string>()
  #near: NearSide | undefined
  #address: NearAddress | undefined
  #controllerToken = ''
  #brokerToken = ''
  #questions = 0
  /** Context of a run of the application, by session. */
  readonly runs = new Map<string, string>()
  /** Labels whose answer came back to the function that asked. */
  readonly answered: string[] = []

  constructor(world: World, ledger: Ledger) {
    this.#world = world
    this.#ledger = ledger
    const computer = world.computer('workbench')
    this.#script = world.process('script', computer)
    this.#host = world.process('host', computer)
  }

  /** A gateway listens; the host offers its functions there. */
  offer(address: NearAddress): void {
    this.#address = address
    this.#near = new NearSide(this.#world, this.#script, address, this.#ledger)
    void this.#as(this.#script, async () => {
      this.#controllerToken =
        (await this.#near?.call(controller.getSessionControllerToken, this.#credentials))?.value ?? ''
      this.#brokerToken = (await this.#near?.call(broker.getFunctionBrokerToken, this.#credentials))?.value ?? ''
    })
    this.startHost()
  }

  /** Starts the host of the functions, in place of an earlier one. */
  startHost(): void {
    if (this.#host.isDead) this.#host = this.#world.process('host', this.#host.computer)
    const host = this.#host
    const address = this.#address
    if (address !== undefined) void this.#as(host, () => this.#serve(host, address))
  }

  killHost(): void {
    this.#world.kill(this.#host)
    this.#world.scheduler.timer(3_000, () => this.startHost(), undefined)
  }

  /** Does one thing with any token that was ever seen. */
  act(deed: Deed, which: number, token: number): void {
    void this.#as(this.#script, () => this.#act(deed, which, token))
  }

  async #act(deed: Deed, which: number, pick: number): Promise<void> {
    const near = this.#near
    if (near === undefined) return
    if (deed === 'start-own') return this.#startOwn(near, which)
    if (deed === 'interrupt-own') {
      const id = [...this.#ownSessions].at(which % Math.max(1, this.#ownSessions.size))
      if (id !== undefined) await near.call(controller.interruptSession, { value: id }, this.#controllerToken)
      return
    }
    const held = this.#contexts.at(-1 - (which % Math.max(1, this.#contexts.length)))
    if (held === undefined) return
    // Mostly the newest token, now and then any older one.
    const token = held.tokens.at(pick % 4 === 3 ? pick % held.tokens.length : -1)
    if (token === undefined) return
    const as = { contextId: held.contextId, name: deed }
    switch (deed) {
      case 'claim':
        this.#keep(held, (await near.call(session.authenticate, {}, token, as))?.value)
        return
      case 'nest':
        return this.#nest(near, held, token)
      case 'run-local':
        await near.call(broker.runFunction, this.#callOf(held, token), this.#brokerToken)
        return
      case 'set':
        await near.call(functions.setFunctionResult, { key: held.contextId, value: 'mine' }, token, as)
        return
      case 'chatter':
        return this.#chatter(near, held, token, chatterLines)
      case 'ask':
        return this.#ask(near, held, token)
      case 'stop-asking':
        this.#asking.splice(which % Math.max(1, this.#asking.length), 1)[0]?.leave()
        return
      case 'finish':
        await near.call(session.finish, { result: ['RESULT_SUCCESS'] }, token, as)
        return
      case 'hold-tokens': {
        const stream = near.open(session.openSessionTokenStream, token, as, ({ value }) => this.#keep(held, value))
        stream.send({})
        return
      }
      case 'monitor':
        return this.#monitor(near, held, pick)
      case 'guess':
        // A token of the one context with the id of another one.
        await near.call(functions.monitorFunctionContext, { id: held.wireId }, token, as)
    }
  }

  async #startOwn(near: NearSide, which: number): Promise<void> {
    const value = ownTickets[which % ownTickets.length] ?? ''
    const info = await near.call(controller.startSessionOnTicket, { value }, this.#controllerToken)
    if (info === undefined) return
    this.#ownSessions.add(info.id)
    const contextId = this.#rootIdOf(info.id)
    if (contextId !== undefined)
      this.#contexts.push(held(contextId, '', info.id, undefined, [info.authentication_token]))
  }

  async #nest(near: NearSide, parent: Held, token: string): Promise<void> {
    const as = { contextId: parent.contextId, name: 'nest' }
    const child = await near.call(functions.startFunctionContext, {}, token, as)
    if (child === undefined) return
    const one = held(child.id, child.id, parent.sessionId, parent, [child.authentication_token])
    one.monitors.push(child.monitor_token)
    this.#contexts.push(one)
  }

  #monitor(near: NearSide, child: Held, pick: number): void {
    const token = child.monitors[pick % Math.max(1, child.monitors.length)]
    if (token === undefined) return
    const as = { contextId: child.contextId, name: 'monitor' }
    const stream = near.open(functions.monitorFunctionContext, token, as, (reply) => {
      if (reply.monitor_token) child.monitors.push(reply.monitor_token)
      if (reply.authentication_token && child.parent) this.#keep(child.parent, reply.authentication_token)
    })
    stream.send({ id: child.wireId, monitor_token: token })
  }

  /** Writes log lines without a pause; a stream that breaks is opened again. */
  #chatter(near: NearSide, held: Held, token: string, left: number): void {
    const as = { contextId: held.contextId, name: 'chatter' }
    const stream = near.open(openObdV1.logging.service.openLogStream, token, as, () => undefined)
    const line = (rest: number) => {
      if (rest === 0) return
      if (stream.isOver()) this.#chatter(near, held, token, rest - 1)
      else {
        stream.send({ content: `${held.contextId} ${rest}` })
        this.#world.scheduler.timer(chatterMs, () => line(rest - 1), this.#script)
      }
    }
    line(left)
  }

  #ask(near: NearSide, held: Held, token: string): void {
    this.#questions += 1
    const label = `question ${this.#questions}`
    this.#ledger.asks(label, held.wireId)
    const as = { contextId: held.contextId, name: 'ask' }
    const stream = near.open(openObdV1.userInterface.service.openControlStream, token, as, (reply) => {
      if (reply.control_yesno?.label !== label) this.#world.violated('one place', `${label} got an answer of another`)
      this.answered.push(label)
    })
    stream.send({ target: 'INTERFACE_USER', control_yesno: { label } })
    this.#asking.push(stream)
  }

  async #serve(host: SimProcess, address: NearAddress): Promise<void> {
    const near = new NearSide(this.#world, host, address, this.#ledger)
    const token = await near.call(broker.getFunctionBrokerToken, this.#credentials)
    if (token === undefined || host.isDead || this.#address !== address) return
    const stream = near.open(broker.openFunctionStream, token.value, undefined, (update) => {
      const call = update.function_call
      if (!call) return
      this.#called(call.session_info?.id ?? '', call.session_info?.authentication_token ?? '')
      stream.send({ type: 'FUNCTION_UPDATE_TYPE_RESPONSE', function_call: call, response: 'FUNCTION_UPDATE_SUCCESS' })
    })
    for (const id of localFunctions)
      stream.send({
        type: 'FUNCTION_UPDATE_TYPE_REQUEST',
        function_registration: {
          details: { id, name: id, version: '1' },
          state: 'FUNCTION_REGISTRATION_STATE_ONLINE',
        },
      })
  }

  /** The host was called: with a token that is known already, or for a run of the application. */
  #called(sessionId: string, token: string): void {
    if (this.#contexts.some(({ tokens }) => tokens.includes(token))) return
    const contextId = this.runs.get(sessionId)
    if (contextId === undefined) this.#world.violated('own context', 'a host was called for a context that nobody ran')
    else this.#contexts.push(held(contextId, contextId, sessionId, undefined, [token]))
  }

  #callOf({ sessionId }: Held, token: string) {
    return { id: 'nested', session_info: { id: sessionId, authentication_token: token, state: 'available' } }
  }

  #rootIdOf(sessionId: string): string | undefined {
    const sessions = this.#world.engines.flatMap(({ engine }) => engine.sessions.retrievable)
    return sessions.find(({ id }) => id === sessionId)?.root.id
  }

  #keep({ tokens }: Held, token: string | undefined): void {
    if (token) tokens.push(token)
  }

  get #credentials() {
    const { clientId = '', clientSecret = '' } = this.#address ?? {}
    return { client_id: clientId, client_secret: clientSecret, cluster_id: '001' }
  }

  #as(owner: SimProcess, run: () => Promise<void> | void): Promise<void> {
    return new Promise((resolve) => this.#world.scheduler.timer(0, () => resolve(run()), owner))
  }
}

const held = (
  contextId: string,
  wireId: string,
  sessionId: string,
  parent: Held | undefined,
  tokens: string[],
): Held => ({
  contextId,
  wireId,
  sessionId,
  parent,
  tokens,
  monitors: [],
})
