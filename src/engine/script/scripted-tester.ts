import { ManualClock } from '../clock/manual-clock.ts'
import type { Engine } from '../engine.ts'
import { type BusClock, ManualBusClock } from '../vehicle/index.ts'
import { payloadBytes } from '../vehicle/tester/channel-rules.ts'
import { type ChannelLease, SessionBuses } from '../vehicle/tester/session-buses.ts'
import { readYamlFile, YamlFileError } from '../yaml-file.ts'
import { type ScriptedChannel, type ScriptFile, scriptFileSchema } from './script-file.ts'
import { configurationOf, openScripted } from './scripted-buses.ts'

/** What a script did. */
export interface ScriptReport {
  readonly requests: number
  readonly answers: number
  readonly simulatedSeconds: number
}

/** Both clocks move in turns of this many milliseconds, so that a fault begins between the frames of its moment. */
const turnMs = 50

/** Reads a script for this engine's workshop. Throws {@link YamlFileError} with the place of a mistake. */
export function readScript(engine: Engine, path: string): ScriptFile {
  const file = readYamlFile(scriptFileSchema, path, 'script')
  const { connector } = file.value
  if (connector !== undefined && engine.workshop.findBay(connector) === undefined)
    throw new YamlFileError([file.problem(['connector'], `there is no connector ${connector} in this workshop`)])
  return file.value
}

/** Plays a script to its end on the manual clocks of the engine; rejects when they are not manual. */
export async function playScript(engine: Engine, script: ScriptFile): Promise<ScriptReport> {
  const { session, bus } = engine.clocks
  if (!(session instanceof ManualClock) || !(bus instanceof ManualBusClock))
    throw new Error('A script needs manual clocks.')
  const bay = script.connector === undefined ? engine.workshop.bays[0] : engine.workshop.findBay(script.connector)
  if (bay === undefined) throw new Error('The workshop has no connector.')
  const buses = new SessionBuses(bay.car, () => bay.isPlugged && bay.isOnline, engine.gauges)
  buses.configure(configurationOf(script))
  const channels = script.channels.map((channel) => new ScriptedConversation(buses, channel, bus))
  for (let ms = 0; ms < script.forSeconds * 1000; ms += turnMs) {
    await session.advance(turnMs)
    await bus.advance(turnMs)
  }
  for (const channel of channels) channel.close()
  buses.dispose()
  const sum = (count: (channel: ScriptedConversation) => number) =>
    channels.reduce((total, channel) => total + count(channel), 0)
  return {
    requests: sum(({ requests }) => requests),
    answers: sum(({ answers }) => answers),
    simulatedSeconds: script.forSeconds,
  }
}

/** One channel with its rhythm. */
class ScriptedConversation {
  requests = 0
  answers = 0
  readonly #lease: ChannelLease
  #timer: { cancel(): void } | undefined

  constructor(buses: SessionBuses, channel: ScriptedChannel, clock: BusClock) {
    this.#lease = openScripted(buses, channel, () => {
      this.answers += 1
    })
    const ask = () => {
      const payload = channel.payloads[this.requests % channel.payloads.length] ?? ''
      this.requests += 1
      void this.#lease.send(payloadBytes(payload))
      this.#timer = clock.after(channel.everyMs, ask)
    }
    this.#timer = clock.after(channel.everyMs, ask)
  }

  close(): void {
    this.#timer?.cancel()
    this.#lease.release()
  }
}
