import { createServer, type Server, type Socket } from 'node:net'
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

/** Characters that may wait for a client that does not read; then it is cut off. */
const mostWaitingCharacters = 1_048_576
/** Longest command; the longest sensible one has 46 characters. */
const longestCommand = 256

/**
 * Opens the buses of cars as *socketcand* on loopback TCP, in raw mode, for python-can and others. A bus is called
 * `<connector>.<bus>`, and `can0`, `can1`, … in the order of connectors and buses. Rejects when the port is in use.
 */
export function startSocketcand(options: { port: number; cars: readonly SharedCar[] }): Promise<Socketcand> {
  const buses = namedBuses(options.cars)
  const connections = new Set<SocketcandConnection>()
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new SocketcandConnection(socket, buses, options.cars[0]?.car)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: options.port }, () => {
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
  #bus: CanBus | undefined
  #port: CanPort | undefined
  #received = ''
  /** What does not begin with a command is no socketcand client, but perhaps a web page that tries its luck. */
  #hasSpoken = false

  constructor(socket: Socket, buses: ReadonlyMap<string, CanBus>, car: SimulatedCar | undefined) {
    this.#socket = socket
    this.#buses = buses
    this.#car = car
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#textReceived(text))
    socket.on('error', () => this.cutOff())
    socket.on('close', () => this.#leaveBus())
    socket.on('end', () => socket.end())
    this.#say('< hi >')
  }

  cutOff(): void {
    this.#leaveBus()
    this.#socket.destroy()
  }

  #textReceived(text: string) {
    if (!this.#hasSpoken && !text.trimStart().startsWith('<')) {
      this.cutOff()
      return
    }
    this.#hasSpoken = true
    this.#received += text
    for (;;) {
      const end = this.#received.indexOf('>')
      if (end < 0) break
      const start = this.#received.indexOf('<')
      const command = start >= 0 && start < end ? this.#received.slice(start + 1, end).trim() : ''
      this.#received = this.#received.slice(end + 1)
      this.#commandReceived(command)
    }
    if (this.#received.length > longestCommand) {
      this.#say('< error command too long >')
      this.#received = ''
    }
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
        this.#send(words)
        return
      case 'echo':
        this.#say('< echo >')
        return
      default:
        this.#say('< error unknown command >')
    }
  }

  #open(name: string) {
    const bus = this.#buses.get(name)
    if (!bus) {
      this.#say('< error could not open bus >')
      return
    }
    this.#leaveBus()
    this.#bus = bus
    this.#say('< ok >')
  }

  #rawMode() {
    const bus = this.#bus
    if (!bus) {
      this.#say('< error open a bus first >')
      return
    }
    this.#say('< ok >')
    const frameReceived = (frame: CanFrame) => this.#frameReceived(frame)
    this.#port ??= bus.attach({ name: 'socketcand', isAudience: true, frameReceived })
  }

  #send(words: readonly string[]) {
    const frame = frameOf(words)
    if (!frame) this.#say('< error malformed frame >')
    else if (!this.#port) this.#say('< error not in rawmode >')
    else this.#port.send(frame)
  }

  #frameReceived(frame: CanFrame) {
    const seconds = ((this.#car?.clock.now() ?? 0) / 1000).toFixed(6)
    this.#say(`< frame ${idText(frame)} ${seconds} ${toHex(frame.data)} >`)
  }

  #say(text: string) {
    if (this.#socket.destroyed) return
    this.#socket.write(text, 'latin1')
    if (this.#socket.writableLength > mostWaitingCharacters) this.cutOff()
  }

  #leaveBus() {
    this.#port?.detach()
    this.#port = undefined
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
