import type { Clock } from '../../clock.ts'
import type { CallTransport } from '../../grpc/grpc-channel.ts'
import type { SessionToken } from '../../token.ts'
import type { ConnectorInformation } from '../../wire/connector-information.ts'
import { Heartbeat } from '../heartbeat.ts'
import { SessionCalls } from '../session-calls.ts'
import { openSessionTokenStream } from '../session-service.ts'
import { TokenKeeper } from '../token-keeper.ts'

/** Dependencies of a held root. */
export interface HeldRootOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly grpcChannel: CallTransport
  /** The token of the claim, or the one that an earlier process kept. */
  readonly token: SessionToken
  /** How long ago that token was received, in ms. */
  readonly ageMs: number
  readonly onToken: (token: SessionToken) => void
  readonly onTick: (information: ConnectorInformation) => void
  /** Token or link have changed. */
  readonly onChange: () => void
  readonly onStreamEnd: () => void
  readonly onExpired: () => void
}

/** The claimed root of a session: its newest token, its heartbeat and the calls that use both. */
export class HeldRoot {
  readonly keeper: TokenKeeper
  readonly heartbeat: Heartbeat
  readonly calls: SessionCalls

  constructor(options: HeldRootOptions) {
    const { clock, random, grpcChannel, onChange } = options
    this.keeper = new TokenKeeper(
      options.token,
      {
        clock,
        random,
        open: (token) => openSessionTokenStream(grpcChannel, token),
        onChange,
        onToken: (token) => {
          options.onToken(token)
          this.heartbeat.tokenRenewed()
        },
        onStreamEnd: options.onStreamEnd,
        onExpired: options.onExpired,
      },
      options.ageMs,
    )
    this.calls = new SessionCalls(grpcChannel, this.keeper, () => this.heartbeat.confirm())
    this.heartbeat = new Heartbeat({ clock, random, calls: this.calls, onTick: options.onTick, onLiveness: onChange })
  }

  /** Opens the token stream and the heartbeat. */
  start(): void {
    this.keeper.start()
    this.heartbeat.start()
  }

  /** Opens both streams anew at once. */
  reopenNow(): void {
    this.keeper.reopenNow()
    this.heartbeat.reopenNow()
  }

  /** Stops both and sends nothing. */
  stop(): void {
    this.keeper.stop()
    this.heartbeat.stop()
  }
}
