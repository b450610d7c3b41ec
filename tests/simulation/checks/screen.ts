import type { AppState } from '../../../src/shared/app-state.ts'
import { type Application, serverPromptId, sessionsIn } from '../world/application.ts'
import type { EngineProcess, World } from '../world/world.ts'
import { showLimitMs } from './limits.ts'
import type { Observer } from './observer.ts'

/** Compares what the application shows with what its server knows, whenever nothing stood in the way for a while. */
export class ScreenCheck {
  readonly #world: World
  readonly #observer: Observer
  readonly #application: Application
  readonly #port: number
  readonly #engine: () => EngineProcess | undefined
  readonly #reported = new Set<string>()

  constructor(
    world: World,
    observer: Observer,
    application: Application,
    port: number,
    engine: () => EngineProcess | undefined,
  ) {
    this.#world = world
    this.#observer = observer
    this.#application = application
    this.#port = port
    this.#engine = engine
  }

  /** Checks what is on the screen now. */
  check(): void {
    const state = this.#application.published
    if (!state || !this.#wasUndisturbed()) return
    this.#checkSessions(state)
    this.#checkPrompts(state)
    this.#checkPage(state)
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
      sessionsIn(state).flatMap(({ handle, end }) => (end ? [] : [this.#observer.sessionIdOf(handle)])),
    )
    for (const { id, state: trueState } of this.#observer.truth.sessions.values()) {
      const isOpen = trueState === 'available' || trueState === 'active'
      if (isOpen && !held.has(id)) this.#once(id, 'P3', `session ${id} is ${trueState} and nobody holds it`)
    }
  }

  #wasUndisturbed(): boolean {
    const { scheduler, network } = this.#world
    const { computer, startedAtMs } = this.#application
    const sinceMs = scheduler.nowMs - showLimitMs
    const engine = this.#engine()
    if (!engine || engine.process.isDead || computer.asleepUntil > sinceMs || startedAtMs > sinceMs) return false
    return !network.linkTo(this.#port).wasBad(sinceMs, scheduler.nowMs)
  }

  #checkSessions(state: AppState): void {
    const { scheduler } = this.#world
    for (const { handle, end } of sessionsIn(state)) {
      const truth = this.#observer.truth.sessions.get(this.#observer.sessionIdOf(handle) ?? '')
      if (!truth) continue
      const overForMs = truth.endedAtMs === undefined ? 0 : scheduler.nowMs - truth.endedAtMs
      if (end === undefined && overForMs > showLimitMs)
        this.#once(
          handle,
          'P3',
          `session ${truth.id} has been ${truth.state} for ${Math.round(overForMs / 1000)} s, and the screen shows it as open`,
        )
    }
  }

  #checkPrompts(state: AppState): void {
    const { scheduler } = this.#world
    const shown = new Set(state.prompts.map(({ id }) => serverPromptId(id)))
    const onDisplay = this.#engine()?.engine.prompts.prompts ?? []
    const nowMs = this.#engine()?.engine.clocks.session.now() ?? 0
    for (const { id, shownAt } of onDisplay)
      if (!shown.has(id) && nowMs - shownAt > showLimitMs && state.endpoint.status === 'ready')
        this.#once(
          id,
          'P1',
          `prompt ${id} has been waiting for ${Math.round((nowMs - shownAt) / 1000)} s and is not on the screen`,
        )
    const living = new Set(onDisplay.map(({ id }) => id))
    for (const { id, shownAt } of state.prompts)
      if (!living.has(serverPromptId(id)) && scheduler.wallMs(this.#application.computer) - shownAt > showLimitMs)
        this.#frozen(id)
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
