/** A bug that is planted on purpose: an exact piece of source text and what replaces it. */
export interface PlantedBug {
  readonly name: string
  /** Path below the repository. */
  readonly file: string
  readonly old: string
  readonly planted: string
  /** A seed that finds it, tried first to save time; when it no longer does, all seeds are tried. */
  readonly seed: number
  /** What must come together before it does harm. */
  readonly needs: 'nothing' | 'one fault' | 'two faults or an interleaving'
}

const custody = 'src/openobd/session/custody'

/** The seeds of the normal run must find each of them. The text must be in its file, so that a stale bug is noticed. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'second-finish',
    seed: 3,
    file: `${custody}/finish-once.ts`,
    old: "const isAlive = (await fate()) === 'alive'",
    planted: 'const isAlive = true',
    needs: 'one fault',
  },
  {
    name: 'second-start',
    seed: 2,
    file: `${custody}/start-once.ts`,
    old: '  onLost()\n',
    planted: '  onLost()\n  if (start.clock) return controller.startSession(target, startDeadlineMs)\n',
    needs: 'one fault',
  },
  {
    name: 'no-deadline',
    seed: 1,
    file: 'src/openobd/grpc/grpc-channel.ts',
    old: 'options.deadline = Date.now() + (settings.deadlineMs ?? defaultDeadlineMs)',
    planted: 'if (settings.deadlineMs !== undefined) options.deadline = Date.now() + settings.deadlineMs',
    needs: 'nothing',
  },
  {
    name: 'expired-token-used',
    seed: 8,
    file: 'src/openobd/session/token-keeper.ts',
    old: "return this.#isStopped || this.#checkHealth() === 'expired' ? undefined : this.#newest",
    planted: 'return this.#newest',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'token-stream-not-reopened',
    seed: 3,
    file: 'src/openobd/session/token-keeper.ts',
    old: "return 'reopen'",
    planted: "return (end.kind === 'failed' ? 'give-up' : 'reopen') as 'reopen'",
    needs: 'one fault',
  },
  {
    name: 'silent-ecu-instead-of-lost-link',
    seed: 32,
    file: 'src/openobd/diagnostics/uds-channel.ts',
    old: 'if (await this.#calls.confirmLink())',
    planted: 'if (this.#calls)',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'earlier-tick-proves-the-link',
    seed: 32,
    file: 'src/openobd/session/heartbeat.ts',
    old: 'if (!this.#isRunning || !this.isFresh) return Promise.resolve(false)',
    planted: 'if (this.#isRunning) return Promise.resolve(this.isFresh)',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'answer-repeated-under-a-new-id',
    seed: 3,
    file: 'src/main/services/prompts.ts',
    old: 'const result = send ? await send(promptId, answerId, choice) : undefined',
    planted:
      'const result = send ? await send(promptId, clock.monotonicMs() > startedAt ? crypto.randomUUID() : answerId, choice) : undefined',
    needs: 'one fault',
  },
  {
    name: 'lost-acknowledgement',
    seed: 3,
    file: 'src/main/services/prompts.ts',
    old: "return result ? failed(result.failure) : fail('connection-lost')",
    planted: 'return succeeded(null)',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'withdrawn-prompt-stays',
    seed: 5,
    file: 'src/main/services/prompts.ts',
    old: "if (!present.has(id) && !this.#options.isKeptHere(promptId)) this.#remove(id, 'withdrawn')",
    planted:
      "if (!present.has(id) && present.size > 0 && !this.#options.isKeptHere(promptId)) this.#remove(id, 'withdrawn')",
    needs: 'two faults or an interleaving',
  },
  {
    name: 'answer-to-the-wrong-job',
    seed: 3,
    file: 'src/main/services/prompts.ts',
    old: 'const { promptId, answerId, choice } = answer\n    const backoff',
    planted: `const { answerId, choice } = answer
    const promptId = [...this.#shown.values()].at(-1)?.promptId ?? answer.promptId
    const backoff`,
    needs: 'two faults or an interleaving',
  },
  {
    name: 'answer-recorded-in-the-job-on-the-screen',
    seed: 3,
    file: 'src/main/services/services.ts',
    old: 'jobOf: (sessionId) => this.jobs.ofSession(server, sessionId)',
    planted: 'jobOf: (sessionId) => this.jobs.shown ?? this.jobs.ofSession(server, sessionId)',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'server-with-open-jobs-is-left',
    seed: 11,
    file: 'src/main/services/servers.ts',
    old: 'if (left && left !== next && !this.isHeld(left)) this.#drop(left)',
    planted: 'if (left && left !== next) this.#drop(left)',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'start-on-the-server-of-an-earlier-job',
    seed: 5,
    file: 'src/main/jobs/jobs.ts',
    old: 'const earlier = this.all.findLast((job) => job.server === server && isSameTarget(job.state.target, target))',
    planted: 'const earlier = this.all.findLast((job) => isSameTarget(job.state.target, target))',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'one-job-is-taken-over',
    seed: 3,
    file: 'src/main/jobs/unfinished-jobs.ts',
    old: 'limit: mostJobs }',
    planted: 'limit: 1 }',
    needs: 'two faults or an interleaving',
  },
  {
    name: 'first-token-is-kept',
    seed: 1,
    file: 'src/main/jobs/token-keeping.ts',
    old: 'const contexts = this.#newest.get(held.handle)?.contexts ?? []',
    planted: 'if (this.#newest.has(held.handle)) return Promise.resolve()\n    const contexts: ContextToken[] = []',
    needs: 'one fault',
  },
]
