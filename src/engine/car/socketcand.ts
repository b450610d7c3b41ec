import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../server/clock/clock.ts'
import type { CanBus, CanPort } from './can-bus.ts'
import { type CanFrame, highestExtendedId, highestStandardId, idText, toHex } from './can-frame.ts'
import type { SimulatedCar } from './car.ts'

/** A car whose buses foreign tools may join. */
export interface SharedCar {
  readonly connectorNumber: string
  readonly car: SimulatedCar
}

/** A running socketcand server. */
export interface Socketcand {
  readonly port: number
  close(): Promise<void>
}

/** Dependencies of a socketcand server. */
export interface SocketcandSetup {
  /** Loopback port; 0 takes a free one. */
  readonly port: number
  readonly cars: readonly SharedCar[]
  /** Times how long a client may be silent after it has connected; real time outside of tests. */
  readonly clock: Clock
  /** Called with a mistake of a client that the client itself gets no answer to. */
  readonly report: (problem: string, details: { readonly command: string }) => void
}

/** Connections at once; more are closed at once. */
const mostConnections = 32
/** Time to a client's first command, in milliseconds. */
const firstCommandMs = 10_000
/** Problems of one client that are reported; the rest is left out, so that a flood does not fill the log. */
const mostReports = 20
/** Characters that may wait for a client that does not read; then it is cut off. */
const mostWaitingCharacters = 1_048_576
/** Longest command; the longest sensible one has 46 characters. */
const longestCommand = 256

/**
 * Opens the buses of cars as *socketcand* on loopback TCP, in raw mode, for python-can and others. A bus is called
 * `<connector>.<bus>`, and `can0`, `can1`, … in the order of connectors and buses. Rejects when the port is in use.
 * Follows doc/protocol.md and the answers of the reference server (github.com/linux-can/socketcand, state_raw.c).
 */
export function startSocketcand(setup: SocketcandSetup): Promise<Socketcand> {
  const { port, cars, clock } = setup
  const buses = namedBuses(cars)
  const connections = new Set<SocketcandConnection>()
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new SocketcandConnection(socket, buses, setup)
    connections.add(connection)
    const silence = clock.after(firstCommandMs, () => {
      if (!connection.hasSpoken) connection.cutOff()
    })
    socket.on('close', () => {
      silence.cancel()
      connections.delete(connection)
    })
  })
  server.maxConnections = mostConnections
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve({ port: portOf(server), close: () => close(server, connections) })
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function close(server: Server, connections: ReadonlySet<SocketcandConnection>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const connection of connections) connection.cutOff()
  })
}

function namedBuses(cars: readonly SharedCar[]): ReadonlyMap<string, CanBus> {
  const buses = new Map<string, CanBus>()
  let number = 0
  for (const { car, connectorNumber } of cars) {
    for (const { name, can } of car.buses) {
      buses.set(`${connectorNumber}.${name}`, can)
      buses.set(`can${number}`, can)
      number += 1
    }
  }
  return buses
}

/** One client: `< hi >`, `< open bus >`, `< rawmode >`, then frames both ways. */
class SocketcandConnection {
  readonly #socket: Socket
  readonly #buses: ReadonlyMap<string, CanBus>
  readonly #car: SimulatedCar | undefined
  readonly #report: SocketcandSetup['report']
  #bus: CanBus | undefined
  #port: CanPort | undefined
  #isRaw = false
  #received = ''
  /** Whether the rest of a command that was too long is still to come. */
  #isSkipping = false
  #reports = 0
  /** Whether a whole command has arrived. */
  hasSpoken = false

  constructor(socket: Socket, buses: ReadonlyMap<string, CanBus>, { cars, report }: SocketcandSetup) {
    this.#socket = socket
    this.#buses = buses
    this.#car = cars[0]?.car
    this.#report = report
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#textReceived(text))
    socket.on('error', () => this.cutOff())
    socket.on('close', () => this.#leaveBus())
    socket.on('end', () => socket.end())
    this.#reply('< hi >')
  }

  cutOff(): void {
    this.#leaveBus()
    this.#socket.destroy()
  }

  #textReceived(text: string) {
    // What does not begin with a command is no socketcand client, but perhaps a web page that tries its luck.
    if (!this.hasSpoken && !(this.#received + text).trimStart().startsWith('<')) {
      this.cutOff()
      return
    }
    this.#received += text
    for (let end = this.#received.indexOf('>'); end >= 0; end = this.#received.indexOf('>')) {
      const start = this.#received.indexOf('<')
      const command = start >= 0 && start < end ? this.#received.slice(start + 1, end).trim() : undefined
      this.#received = this.#received.slice(end + 1)
      const isRest = this.#isSkipping
      this.#isSkipping = false
      if (isRest || command === undefined) continue
      this.hasSpoken = true
      this.#commandReceived(command)
      if (this.#socket.destroyed || this.#socket.writableEnded) return
    }
    if (this.#received.length <= longestCommand) return
    if (!this.#isSkipping) this.#complain('command too long', this.#received)
    this.#isSkipping = true
    this.#received = ''
  }

  #commandReceived(command: string) {
    const [verb, ...words] = command.split(/\s+/)
    switch (verb) {
      case 'open':
        this.#open(words[0] ?? '')
        return
      case 'rawmode':
        this.#rawMode()
        return
      case 'send':
        if (this.#bus) this.#send(this.#bus, words, command)
        else this.#unknown()
        return
      case 'sendrtr':
        if (this.#bus) this.#complain('remote frames are not simulated', command)
        else this.#unknown()
        return
      case 'echo':
        this.#reply('< echo >')
        return
      default:
        this.#unknown()
    }
  }

  #unknown() {
    this.#reply('< error unknown command >')
  }

  #open(name: string) {
    const bus = this.#buses.get(name)
    if (!bus) {
      this.#reply('< error could not open bus >')
      this.#socket.end()
      return
    }
    this.#leaveBus()
    this.#bus = bus
    this.#reply('< ok >')
  }

  #rawMode() {
    const bus = this.#bus
    if (!bus) {
      this.#unknown()
      return
    }
    this.#reply('< ok >')
    this.#isRaw = true
    this.#attached(bus)
  }

  /** python-can takes every `< error … >` for an error of the bus, so a frame that cannot be sent is not answered. */
  #send(bus: CanBus, words: readonly string[], command: string) {
    const frame = frameOf(words)
    if (frame) this.#attached(bus).send(frame)
    else this.#complain('frame cannot be sent: write its identifier, its length up to 8, and as many bytes', command)
  }

  #attached(bus: CanBus): CanPort {
    const frameReceived = (frame: CanFrame) => {
      if (this.#isRaw) this.#frameReceived(frame)
    }
    this.#port ??= bus.attach({ name: 'socketcand', isAudience: true, frameReceived })
    return this.#port
  }

  #complain(problem: string, command: string) {
    this.#reports += 1
    if (this.#reports > mostReports) return
    const isLast = this.#reports === mostReports
    this.#report(isLast ? `${problem}; more problems of this client are not reported` : problem, {
      command: command.slice(0, longestCommand),
    })
  }

  #frameReceived(frame: CanFrame) {
    const seconds = ((this.#car?.clock.now() ?? 0) / 1000).toFixed(6)
    this.#reply(`< frame ${idText(frame)} ${seconds} ${toHex(frame.data)} >`)
  }

  #reply(text: string) {
    if (this.#socket.destroyed) return
    this.#socket.write(text, 'latin1')
    if (this.#socket.writableLength > mostWaitingCharacters) this.cutOff()
  }

  #leaveBus() {
    this.#port?.detach()
    this.#port = undefined
    this.#isRaw = false
  }
}

/** `id length byte byte …` in hex; three digits of identifier mean 11 bit, more mean 29 bit. */
function frameOf([idWord, lengthWord, ...byteWords]: readonly string[]): CanFrame | undefined {
  if (!idWord || !lengthWord || !/^[0-9A-Fa-f]{1,8}$/.test(idWord) || !/^[0-8]$/.test(lengthWord)) return undefined
  if (byteWords.length !== Number(lengthWord)) return undefined
  if (!byteWords.every((word) => /^[0-9A-Fa-f]{1,2}$/.test(word))) return undefined
  const id = Number.parseInt(idWord, 16)
  const isExtended = idWord.length > 3
  if (id > (isExtended ? highestExtendedId : highestStandardId)) return undefined
  return { id, isExtended, data: Uint8Array.from(byteWords, (word) => Number.parseInt(word, 16)) }
}
