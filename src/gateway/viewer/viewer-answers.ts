import { status } from '@grpc/grpc-js'
import type { Clock } from '../../openobd/clock.ts'
import { openObdV1, workbenchV1 } from '../../openobd/grpc/protos.ts'
import { tokenFromWire } from '../../openobd/token.ts'
import { unauthenticated } from '../../server/refusal.ts'
import type { RpcStream } from '../../server/rpc/rpc-stream.ts'
import { SessionArchive } from '../../server/viewer/session-archive.ts'
import { mergedFeed, type ViewerFeed } from '../../server/viewer/viewer-feed.ts'
import { ViewerWatch } from '../../server/viewer/viewer-watch.ts'
import { FarStatus } from '../far-status.ts'
import type { KeptPrompts } from '../kept-prompts.ts'
import type { MappedToken } from '../tokens.ts'
import { callMethod } from '../unary-call.ts'
import type { Upstream } from '../upstream.ts'
import { openFarFeed } from './far-feed.ts'
import type { LocalFeed } from './local-feed.ts'

const viewer = workbenchV1.viewer.service

/** Dependencies of the viewer service. */
export interface ViewerAnswersSetup {
  readonly clock: Clock
  readonly upstream: Upstream
  readonly prompts: KeptPrompts
  readonly local: LocalFeed
}

/**
 * `workbench.v1.viewer` of the gateway: the server's, where there is one, together with the prompts that are kept here; elsewhere
 * the sessions that were started through the gateway, their prompts and their lines. Like the server it answers controllers only.
 */
export class ViewerAnswers {
  readonly #setup: ViewerAnswersSetup
  readonly #archive: SessionArchive

  constructor(setup: ViewerAnswersSetup) {
    this.#setup = setup
    this.#archive = new SessionArchive(setup.local)
  }

  /** Serves one viewer until its stream is over. */
  async watch(stream: RpcStream<Buffer, Buffer>, request: Buffer, bearer: MappedToken | undefined): Promise<void> {
    const { upstream, local } = this.#setup
    const { session_updates: hasSessionUpdates } = viewer.watchWorkshop.requestDeserialize(request)
    const run = (feed: ViewerFeed) => new ViewerWatch(feed, asBytes(stream), { hasSessionUpdates }).run()
    if (!(await upstream.hasViewer())) {
      await this.#assertController(bearer)
      return run(local.everything)
    }
    const token = bearer && tokenFromWire(bearer.kind, bearer.far)
    const far = await openFarFeed(upstream.connection(undefined), token, stream.over)
    void far.ended.then((failure) => stream.end(failure))
    await run(mergedFeed([far.feed, local.prompts]))
  }

  /** Whether an answer is decided here; every other one is the server's. */
  async answer(request: Buffer, bearer: MappedToken | undefined): Promise<Buffer | undefined> {
    const { upstream, prompts } = this.#setup
    const answer = viewer.answerPrompt.requestDeserialize(request)
    if (!prompts.board.concerns(answer) && (await upstream.hasViewer())) return undefined
    await this.#assertController(bearer)
    return viewer.answerPrompt.responseSerialize(prompts.answer(answer))
  }

  /** The record of a session; undefined when the server has its own. */
  async record(request: Buffer, bearer: MappedToken | undefined): Promise<Buffer | undefined> {
    if (await this.#setup.upstream.hasViewer()) return undefined
    await this.#assertController(bearer)
    const { session_id: id } = viewer.getSessionRecord.requestDeserialize(request)
    return viewer.getSessionRecord.responseSerialize(this.#archive.read(id))
  }

  /** A token lives exactly as long as the server's, so the server decides. */
  async #assertController(bearer: MappedToken | undefined): Promise<void> {
    if (bearer?.kind !== 'controller') throw unauthenticated('this call needs a session controller token')
    const { clock, upstream } = this.#setup
    const line = { channel: upstream.connection(undefined), clock }
    const method = openObdV1.sessionController.service.getSessionList
    const { code, details } = await callMethod(line, method, {}, tokenFromWire('controller', bearer.far))
    if (code !== status.OK) throw new FarStatus(code, details)
  }
}

/** A stream of bytes as a viewer's watch writes to it. */
const asBytes = (stream: RpcStream<Buffer, Buffer>): ConstructorParameters<typeof ViewerWatch>[1] => ({
  get isCongested() {
    return stream.isCongested
  },
  over: stream.over,
  send: (event) => stream.send(viewer.watchWorkshop.responseSerialize(event)),
  whenDrained: () => stream.whenDrained(),
  whenOver: () => stream.whenOver(),
})
