import type { Metadata } from '@grpc/grpc-js'
import { noBusLog } from '../../../src/engine/car/bus-log.ts'
import type { TokenHolder } from '../../../src/engine/session/diagnostic-session.ts'
import type { FunctionContext } from '../../../src/engine/session/function-context.ts'
import { openObdV1 } from '../../../src/openobd/grpc/protos.ts'
import type { PromptBoard } from '../../../src/server/prompts/prompt-board.ts'
import { bearerOf } from '../../../src/server/rpc/bearer.ts'
import type { ClientCallSetup } from '../network/client-call.ts'
import type { ServedCall, ServerWitness } from '../network/memory-server.ts'
import type { CallStatus } from '../network/server-call.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { EngineProcess, KeptBoard, Witnesses, World } from '../world/world.ts'

/** Header with which each call of a function is recognised behind the gateway. */
export const serialHeader = 'x-serial'
const finishPath = openObdV1.session.service.finish.path

/** A call of a function: whose token it carries. */
export interface OwnCall {
  readonly contextId: string
  readonly name: string
}

/**
 * Watches what leaves the gateway and what the engine makes of it. Contexts are those of the engine, found by the token that the
 * engine gets, so that nothing here depends on what the gateway believes.
 */
export class Ledger implements Witnesses {
  readonly bus = noBusLog
  /** Sessions that the application holds. */
  readonly held = new Set<string>()
  /** Labels of questions on display, by the place that shows them. */
  readonly displayed = new Map<string, string>()
  readonly #world: World
  readonly #holders = new Map<string, Extract<TokenHolder, { kind: 'context' }>>()
  readonly #ownCalls = new Map<string, OwnCall>()
  readonly #asked = new Map<string, string>()
  readonly #stopped = new Set<string>()
  readonly #finishedRoots = new Map<string, number>()
  #boards = 0
  #engine: EngineProcess | undefined
  /** Calls of functions that have reached the side of the server. */
  forwarded = 0
  /** Questions that were shown, wherever. */
  shown = 0
  /** … of sessions of the application. */
  shownOfHeld = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Number of a call of a function, for its header. */
  expect(call: OwnCall): string {
    const serial = `call-${this.#ownCalls.size + 1}`
    this.#ownCalls.set(serial, call)
    return serial
  }

  /** A function asks with a token of this context; a root has an empty id. */
  asks(label: string, wireId: string): void {
    this.#asked.set(label, wireId)
  }

  /** The gateway has confirmed the stop of a context. */
  stopConfirmed(contextId: string): void {
    this.#stopped.add(contextId)
  }

  /** Whether a function of this context was stopped, as the engine sees its ancestors. */
  isStopped(context: FunctionContext | undefined): boolean {
    for (let one = context; one !== undefined; one = one.parent) if (this.#stopped.has(one.id)) return true
    return false
  }

  readonly client = {
    called: (owner: SimProcess, call: ClientCallSetup, port: number) => this.#passed(owner, call, port, 'opened'),
    withoutDeadline: () => undefined,
    sent: (owner: SimProcess, call: ClientCallSetup, port: number) => this.#passed(owner, call, port, 'wrote to'),
  }

  server(engine: EngineProcess): ServerWitness {
    return {
      arrived: (call) => this.#arrived(engine, call),
      answered: (call, _reply, answer) => this.#answered(engine, call, answer),
    }
  }

  gatewayStarted({ board }: KeptBoard): void {
    this.#boards += 1
    this.#watch(board, `gateway ${this.#boards}`)
  }

  engineStarted(engine: EngineProcess): void {
    this.#engine = engine
    this.#watch(engine.engine.prompts, 'engine')
  }

  engineGone(): void {
    this.#forgetPlace('engine')
  }

  /** The gateway has died, and what it showed with it. */
  gatewayGone(): void {
    this.#forgetPlace(`gateway ${this.#boards}`)
  }

  /** What has to hold in the end, when everything was closed. */
  checkRest(): void {
    for (const [label, place] of this.displayed) this.#world.violated('one place', `${label} is left in ${place}`)
    for (const session of this.#engine?.engine.sessions.retrievable ?? []) {
      if (!this.held.has(session.id)) continue
      if (session.acceptedFinishes > 1)
        this.#world.violated('one finish', `${session.acceptedFinishes} finishes were accepted for a root`)
      if (session.state === 'finished' && session.serviceResult?.description !== mainsWords)
        this.#world.violated('one finish', 'a root was finished by somebody else')
    }
    for (const [session, times] of this.#finishedRoots)
      if (times > 1) this.#world.violated('one finish', `the root of ${session} was finished ${times} times`)
  }

  #holderOf(metadata: Metadata): Extract<TokenHolder, { kind: 'context' }> | undefined {
    const token = bearerOf(metadata)
    if (token === undefined) return undefined
    const holder = this.#engine?.engine.vault.find(token)?.holder
    if (holder?.kind === 'context') this.#holders.set(token, holder)
    return this.#holders.get(token)
  }

  #passed(owner: SimProcess, { method, metadata }: ClientCallSetup, port: number, what: string): void {
    if (!owner.name.startsWith('gateway') || port !== this.#engine?.port) return
    const holder = this.#holderOf(metadata)
    const [serial] = metadata.get(serialHeader)
    const call = this.#ownCalls.get(String(serial))
    if (call !== undefined) this.forwarded += 1
    if (holder === undefined) return
    if (call !== undefined && call.contextId !== holder.context.id)
      this.#world.violated(
        'own context',
        `${call.name} with a token of ${call.contextId} acted for ${holder.context.id}`,
      )
    const isFinishOfGateway = call === undefined && method.path === finishPath
    if (!isFinishOfGateway && this.isStopped(holder.context))
      this.#world.violated('stop', `the gateway ${what} ${method.path} (${call?.name ?? 'its own'}) after a stop`)
  }

  #arrived(engine: EngineProcess, { path, bearer, fromProcess }: ServedCall): void {
    const holder = engine.engine.vault.find(bearer)?.holder
    if (path !== finishPath || holder?.kind !== 'context' || !this.held.has(holder.session.id)) return
    if (holder.context.isRoot && !fromProcess.startsWith('main'))
      this.#world.violated('one finish', `${fromProcess} sent a finish of a root that the application holds`)
  }

  #answered(engine: EngineProcess, { path, bearer }: ServedCall, { code }: CallStatus): void {
    const holder = engine.engine.vault.find(bearer)?.holder
    if (path !== finishPath || code !== 0 || holder?.kind !== 'context' || !holder.session.isOver) return
    const { id } = holder.session
    this.#finishedRoots.set(id, (this.#finishedRoots.get(id) ?? 0) + 1)
  }

  #watch(board: PromptBoard, place: string): void {
    board.onEvent(({ kind, prompt }) => {
      const label = labelOf(prompt.control)
      if (kind === 'ended') {
        if (this.displayed.get(label) === place) this.displayed.delete(label)
        return
      }
      if (place !== 'engine' && prompt.owner.contextId !== this.#asked.get(label))
        this.#world.violated(
          'own context',
          `${label} of ${this.#asked.get(label)} counts as one of ${prompt.owner.contextId}`,
        )
      const other = this.displayed.get(label)
      // A prompt that is answered is reported again.
      if (other === place) return
      if (other !== undefined) this.#world.violated('one place', `${label} is in ${place} and in ${other}`)
      if (this.held.has(prompt.owner.sessionId) && place === 'engine')
        this.#world.violated('one place', `${label} of a session of the application is shown by the engine`)
      this.shown += 1
      if (this.held.has(prompt.owner.sessionId)) this.shownOfHeld += 1
      this.displayed.set(label, place)
    })
  }

  #forgetPlace(gone: string): void {
    for (const [label, place] of this.displayed) if (place === gone) this.displayed.delete(label)
  }
}

/** The description of results that main itself sends. */
export const mainsWords = 'finished by the mechanic'

const labelOf = (control: { readonly control_yesno?: { readonly label?: string } | null }): string =>
  control.control_yesno?.label ?? ''
