import type { AppState } from '../../../src/shared/app-state.ts'
import type { Application } from '../world/application.ts'
import { chosenPort, type OwnSession, portOf, serverPromptId, sessionsIn } from '../world/shown.ts'
import type { World } from '../world/world.ts'
import { Leaks } from './leaks.ts'
import { showLimitMs, wakeLimitMs } from './limits.ts'
import type { Observer } from './observer.ts'

/** A new token comes every two minutes (protocol.md §1), and over a slow link later. */
const rotationMs = 140_000

/** Compares what the application shows with what its servers know, whenever nothing stood in the way for a while. */
export class ScreenCheck {
  readonly #world: World
  readonly #observer: Observer
  readonly #application: Application
  readonly leaks: Leaks
  readonly #reported = new Set<string>()
  /** World time of the last jump of the wall clock. */
  wallJumpedAtMs = Number.NEGATIVE_INFINITY

  constructor(world: World, observer: Observer, application: Application) {
    this.#world = world
    this.#observer = observer
    this.#application = application
    this.leaks = new Leaks(world, application)
  }

  /** Checks what is on the screen now. */
  check(): void {
    const state = this.#application.published
    if (!state) return
    this.leaks.check(state)
    this.#noteActive(state)
    const { projections } = this.#observer
    projections.check(state)
    projections.checkOffers(state, {
      wasQuiet: this.#wasQuietSinceStart(),
      wallJumpedAtMs: this.wallJumpedAtMs,
      wasDiskWellSince: (atMs) => this.#application.disk.wasWellSince(atMs),
    })
    if (!this.#wasAwakeFor(showLimitMs)) return
    this.#checkSessions(state)
    this.#checkLinks(state)
    this.#checkPrompts(state)
    this.#checkPage(state)
  }

  /** World time of the look at which a session was active first. */
  readonly #activeAtMs = new Map<string, number>()
  #noteActive(state: AppState): void {
    for (const { handle, phase } of sessionsIn(state))
      if (phase === 'active' && !this.#activeAtMs.has(handle)) this.#activeAtMs.set(handle, this.#world.scheduler.nowMs)
  }

  /**
   * A sleep that no session ends for is over since a moment: the link of a session that was active before it must be live again
   * (row 9). One that was claimed since then waits for its first tick.
   */
  checkWoken(asleepAtMs: number, sinceMs: number): void {
    const state = this.#application.published
    const { startedAtMs } = this.#application
    if (!state || startedAtMs > sinceMs) return
    const { session, link } = state
    const port = session ? this.#portOf(session.handle) : undefined
    if (port === undefined || session?.phase !== 'active' || !this.#wasUndisturbed(port, sinceMs)) return
    const activeAtMs = this.#activeAtMs.get(session.handle) ?? Number.POSITIVE_INFINITY
    if (activeAtMs > asleepAtMs || !this.#hasGoodTokens(port)) return
    if (link?.liveness !== 'live')
      this.#once(`woken ${sinceMs}`, 'row 9', `the link is ${link?.liveness} ${wakeLimitMs} ms after the sleep`)
  }

  /** Everything has been well for a while: nothing may be under way or held for nobody. */
  checkRest(): void {
    const state = this.#application.published
    if (!state) {
      this.#once('rest', 'P3', 'the application does not run')
      return
    }
    if (state.endpoint.status !== 'ready' && state.endpoint.status !== 'failed')
      this.#once('rest', 'P2', `the server is still ${state.endpoint.status}`)
    // A finish without an answer is handed back to the mechanic, who has gone home.
    const calm = ['active', 'finishing', 'ended']
    for (const { handle, phase } of sessionsIn(state))
      if (!calm.includes(phase)) this.#once(handle, 'P3', `the session ${handle} is still ${phase}`)
    const held = new Set(
      sessionsIn(state).flatMap(({ handle, end }) => (end ? [] : [this.#observer.sessions.idOf(handle)])),
    )
    for (const { id, state: trueState, endedAtMs } of this.#observer.truth.sessions.values())
      if (endedAtMs === undefined && !held.has(id) && !this.#observer.truth.foreign.has(id))
        this.#once(id, 'P3', `session ${id} is ${trueState} and nobody holds it`)
  }

  #wasAwakeFor(ms: number): boolean {
    const { computer, startedAtMs } = this.#application
    const sinceMs = this.#world.scheduler.nowMs - ms
    return computer.asleepUntil <= sinceMs && startedAtMs <= sinceMs
  }

  #wasQuietSinceStart(): boolean {
    const { computer, startedAtMs, disk } = this.#application
    return computer.asleepUntil <= startedAtMs && disk.wasFastSince(startedAtMs)
  }

  /** The server of a port ran, and the way to it was good. */
  #wasUndisturbed(port: number, sinceMs = this.#world.scheduler.nowMs - showLimitMs): boolean {
    const { scheduler, network } = this.#world
    const engine = this.#world.engineAt(port)
    if (!engine || engine.startedAtMs > sinceMs) return false
    return !network.linkTo(port).wasBad(sinceMs, scheduler.nowMs)
  }

  #truthOf(handle: string) {
    return this.#observer.truth.sessions.get(this.#observer.sessions.idOf(handle) ?? '')
  }

  #portOf(handle: string): number | undefined {
    return this.#truthOf(handle)?.engine.port
  }

  #checkSessions(state: AppState): void {
    const { scheduler } = this.#world
    for (const { handle, end } of sessionsIn(state)) {
      const truth = this.#truthOf(handle)
      if (!truth || !this.#wasUndisturbed(truth.engine.port)) continue
      const overForMs = truth.endedAtMs === undefined ? 0 : scheduler.nowMs - truth.endedAtMs
      if (end === undefined && overForMs > showLimitMs)
        this.#once(
          handle,
          'P3',
          `session ${truth.id} has been ${truth.state} for ${Math.round(overForMs / 1000)} s, and the screen shows it as open`,
        )
    }
  }

  /** Over a good way to a server that runs, no link of an open session is lost (row 9). */
  #checkLinks({ jobs }: AppState): void {
    for (const { handle, phase, link } of jobs) {
      const truth = this.#truthOf(handle)
      if (!truth || truth.endedAtMs !== undefined || phase !== 'active') continue
      const isGone = link === 'lost' || link === 'reconnecting' || link === 'waiting'
      const { port } = truth.engine
      if (isGone && this.#wasUndisturbed(port) && this.#hasGoodTokens(port) && this.#isSettled(handle))
        this.#once(`link ${handle}`, 'row 9', `the link of session ${truth.id} is ${link} over a good way`)
    }
  }

  /** A server that refuses the newest token ticks for nobody; the next token comes after two minutes. */
  #hasGoodTokens(port: number): boolean {
    const { nowMs } = this.#world.scheduler
    return !this.#observer.ends.tokenTroubles.some((one) => one.port === port && one.toMs > nowMs - rotationMs)
  }

  /** A session that was just claimed has no tick yet. */
  readonly #activeSince = new Map<string, number>()
  #isSettled(handle: string): boolean {
    const { nowMs } = this.#world.scheduler
    const sinceMs = this.#activeSince.get(handle) ?? nowMs
    this.#activeSince.set(handle, sinceMs)
    return nowMs - sinceMs > showLimitMs
  }

  #checkPrompts(state: AppState): void {
    const { scheduler, engines } = this.#world
    const shown = new Set(state.prompts.map(({ id }) => serverPromptId(id)))
    const living = new Set<string>()
    for (const { engine, port } of engines) {
      const nowMs = engine.clocks.session.now()
      for (const { id, shownAt, owner } of engine.prompts.prompts) {
        living.add(id)
        if (shown.has(id) || nowMs - shownAt <= showLimitMs || !this.#mustShow(state, port, owner.sessionId)) continue
        const seconds = Math.round((nowMs - shownAt) / 1000)
        this.#once(id, 'P1', `prompt ${id} has been waiting for ${seconds} s and is not on the screen`)
      }
    }
    for (const { board, port, nowMs: now } of this.#world.boards)
      for (const { id, shownAt, owner } of board.prompts) {
        living.add(id)
        if (shown.has(id) || now() - shownAt <= showLimitMs || !this.#mustShow(state, port, owner.sessionId)) continue
        this.#once(id, 'P1', `prompt ${id} is kept by the gateway and is not on the screen`)
      }
    const isAllWell = [...engines].every(({ port }) => this.#wasUndisturbed(port))
    for (const { id, shownAt } of state.prompts)
      if (
        isAllWell &&
        !living.has(serverPromptId(id)) &&
        scheduler.wallMs(this.#application.computer) - shownAt > showLimitMs
      )
        this.#frozen(id)
  }

  /** The prompts of the chosen server are shown, and of others those of our jobs, as long as their secret is known. */
  #mustShow(state: AppState, port: number, sessionId: string): boolean {
    if (!this.#wasUndisturbed(port)) return false
    if (chosenPort(state) === port) return state.endpoint.status === 'ready' && this.#isChosenLongEnough(port)
    const isOpen = ({ handle, end }: OwnSession) => !end && this.#observer.sessions.idOf(handle) === sessionId
    const profile = state.profiles.find((one) => portOf(one) === port)
    return profile?.hasSecret === true && sessionsIn(state).some(isOpen) && this.#isLongHeld(sessionId)
  }

  #chosen: { readonly port: number; readonly sinceMs: number } | undefined
  #isChosenLongEnough(port: number): boolean {
    const { nowMs } = this.#world.scheduler
    if (this.#chosen?.port !== port) this.#chosen = { port, sinceMs: nowMs }
    return nowMs - this.#chosen.sinceMs > showLimitMs
  }

  readonly #heldSince = new Map<string, number>()
  #isLongHeld(sessionId: string): boolean {
    const { nowMs } = this.#world.scheduler
    const sinceMs = this.#heldSince.get(sessionId) ?? nowMs
    this.#heldSince.set(sessionId, sinceMs)
    return nowMs - sinceMs > showLimitMs
  }

  /** A prompt is on the screen that no server shows any more; the second look decides. */
  readonly #suspects = new Map<string, number>()
  #frozen(id: string): void {
    const sinceMs = this.#suspects.get(id) ?? this.#world.scheduler.nowMs
    this.#suspects.set(id, sinceMs)
    if (this.#world.scheduler.nowMs - sinceMs > showLimitMs)
      this.#once(`frozen ${id}`, 'P3', `prompt ${id} is on the screen, but nobody asks it`)
  }

  /** What the page has is what main has published. */
  #checkPage(state: AppState): void {
    const page = this.#application.state
    if (!page) return
    if (page.session?.phase !== state.session?.phase || page.prompts.length !== state.prompts.length)
      this.#pageDiffers()
    else this.#pageDiffersSinceMs = undefined
  }

  #pageDiffersSinceMs: number | undefined
  #pageDiffers(): void {
    const { nowMs } = this.#world.scheduler
    this.#pageDiffersSinceMs ??= nowMs
    if (nowMs - this.#pageDiffersSinceMs > showLimitMs)
      this.#once('page', 'P1', 'the page shows another state than main')
  }

  #once(key: string, promise: string, text: string): void {
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#world.violated(promise, text)
  }
}
