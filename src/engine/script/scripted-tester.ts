import type { Clock } from '../../server/clock/clock.ts'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { Refusal } from '../../server/refusal.ts'
import type { SimulatedCar } from '../car/car.ts'
import type { Engine } from '../engine.ts'
import { readYamlFile, YamlFileError } from '../files/yaml-file.ts'
import { assertBusesPossible } from '../tester/bus-rules.ts'
import { payloadBytes } from '../tester/channel-rules.ts'
import { type ChannelLease, SessionBuses } from '../tester/session-buses.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import { type ScriptFile, scriptFileSchema } from './script-file.ts'
import { routeOf, type ScriptedRoute } from './scripted-route.ts'

type ScriptedChannel = ScriptFile['channels'][number]

/** Result of a script. */
export interface ScriptReport {
  readonly requests: number
  readonly answers: number
  readonly simulatedSeconds: number
}

/** Step of both clocks in milliseconds, so that a fault begins between two frames. */
const turnMs = 50

/** Reads a script for this engine's workshop. Throws {@link YamlFileError} with line and column. */
export function readScript(engine: Engine, path: string): ScriptFile {
  const file = readYamlFile(scriptFileSchema, path, 'script')
  const { connector } = file.value
  if (connector !== undefined && engine.workshop.findBay(connector) === undefined)
    throw new YamlFileError([file.problem(['connector'], `there is no connector ${connector} in this workshop`)])
  const { car } = bayOf(engine, file.value)
  const problems = file.value.channels.flatMap((channel, index) =>
    routeOf(channel, car) ? [] : [file.problem(['channels', index, 'ecu'], whyNoEcu(channel.ecu ?? '', car))],
  )
  if (problems.length > 0) throw new YamlFileError(problems)
  try {
    assertBusesPossible(busesOf(routesOf(file.value, car)))
  } catch (error) {
    if (error instanceof Refusal) throw new YamlFileError([file.problem(['channels'], error.message)])
    throw error
  }
  return file.value
}

function whyNoEcu(name: string, car: SimulatedCar): string {
  return `${car.name} has no ECU "${name}": take one of ${car.ecus.map(({ description }) => description.name).join(', ')}`
}

function routesOf(script: ScriptFile, car: SimulatedCar): readonly ScriptedRoute[] {
  return script.channels.flatMap((channel) => routeOf(channel, car) ?? [])
}

/** Runs a script to its end on the manual clocks of the engine; rejects when the clocks are not manual. */
export async function playScript(engine: Engine, script: ScriptFile): Promise<ScriptReport> {
  const { session, bus } = engine.clocks
  if (!(session instanceof ManualClock) || !(bus instanceof ManualClock))
    throw new Error('A script needs manual clocks.')
  const bay = bayOf(engine, script)
  const routes = routesOf(script, bay.car)
  const buses = new SessionBuses(bay.car, () => bay.isPlugged && bay.isOnline, engine.gauges)
  buses.configure(busesOf(routes))
  const channels = script.channels.flatMap((channel) => {
    const route = routeOf(channel, bay.car)
    return route ? [new ScriptedConversation(buses, channel, route, bus)] : []
  })
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

function bayOf(engine: Engine, { connector }: ScriptFile): VehicleBay {
  const bay = connector === undefined ? engine.workshop.bays[0] : engine.workshop.findBay(connector)
  if (bay === undefined) throw new Error('The workshop has no connector.')
  return bay
}

/** The buses of all routes, each once. */
function busesOf(routes: readonly ScriptedRoute[]) {
  return [...new Map(routes.map(({ bus }) => [bus.bus_name, bus])).values()]
}

/** One channel and how often it asks. */
class ScriptedConversation {
  requests = 0
  answers = 0
  readonly #lease: ChannelLease
  #timer: { cancel(): void } | undefined

  constructor(buses: SessionBuses, channel: ScriptedChannel, route: ScriptedRoute, clock: Clock) {
    this.#lease = route.open(buses, () => {
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
