import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { type Socketcand, startSocketcand } from './socketcand.ts'
import { carYaml, testedCar } from './testing/tested-car.ts'

const servers: Socketcand[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function start() {
  const { car } = testedCar(carYaml('    data: { F190: vin }\n'))
  const clock = new ManualClock(0)
  const reports: string[] = []
  const report = (problem: string, { command }: { command: string }) => reports.push(`${problem}: ${command}`)
  const server = await startSocketcand({ port: 0, cars: [{ connectorNumber: '1', car }], clock, report })
  servers.push(server)
  const dial = async () => {
    const socket = connect(server.port, '127.0.0.1')
    sockets.push(socket)
    const client = { socket, text: '', isClosed: false }
    socket.setEncoding('latin1')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      client.text += chunk
    })
    socket.on('close', () => {
      client.isClosed = true
    })
    await once(socket, 'connect')
    await expect.poll(() => client.text).toBe('< hi >')
    return client
  }
  return { clock, reports, dial }
}

/** What a client gets for some commands beside `< hi >`, up to the echo that follows them. */
async function answers(commands: string) {
  const { reports, dial } = await start()
  const client = await dial()
  client.socket.write(`${commands}< echo >`)
  await expect.poll(() => client.text.endsWith('< echo >')).toBe(true)
  return { text: client.text.slice('< hi >'.length, -'< echo >'.length), reports }
}

const opened = '< open can0 >< rawmode >'

describe('a frame that cannot be sent', () => {
  it.each([
    ['a remote frame of python-can', '< send 7E0 8  >'],
    ['an FD frame of twelve bytes', `< send 7E0 C ${'1 '.repeat(12)}>`],
    ['an FD frame of 64 bytes', `< send 7E0 40 ${'ff '.repeat(64)}>`],
    ['a frame with too few bytes', '< send 7E0 2 1 >'],
    ['a frame with too many bytes', '< send 7E0 1 1 2 >'],
    ['a frame with a byte of three digits', '< send 7E0 1 100 >'],
    ['a frame without a length', '< send 7E0 >'],
    ['a frame whose identifier is too high', '< send FFF 0 >'],
    ['a frame whose identifier is no number', '< send xyz 0 >'],
    ['a remote frame', '< sendrtr 123 0 >'],
    ['a command without an end that is much too long', `< send 7E0 ${'1 '.repeat(400)}>`],
  ])('is reported and not answered: %s', async (_what, command) => {
    const { text, reports } = await answers(`${opened}${command}`)
    expect(text).toBe('< ok >< ok >')
    expect(reports).toHaveLength(1)
  })

  it('does not keep the next one from the bus', async () => {
    const { dial } = await start()
    const client = await dial()
    client.socket.write(`${opened}< send 7E0 8  >< send 7E0 8 3 22 F1 90 0 0 0 0 >`)
    await expect.poll(() => client.text).toMatch(/< ok >< ok >< frame 7E8 \d+\.\d{6} 101462F190[0-9A-F]{6} >/)
  })

  it('is reported twenty times for one client at most', async () => {
    const { reports } = await answers(`${opened}${'< send 7E0 9 >'.repeat(100)}`)
    expect(reports).toHaveLength(20)
    expect(reports.at(-1)).toContain('more problems of this client are not reported')
  })
})

describe('a command', () => {
  it.each([
    ['of no known kind is unknown', '< fly >', '< error unknown command >'],
    ['of no known kind is unknown in raw mode too', `${opened}< fly >`, '< ok >< ok >< error unknown command >'],
    ['to send is unknown before a bus is open', '< send 7E0 0 >', '< error unknown command >'],
    ['to send a remote frame is unknown before a bus is open', '< sendrtr 7E0 0 >', '< error unknown command >'],
    ['for raw mode is unknown before a bus is open', '< rawmode >', '< error unknown command >'],
    ['to send works without raw mode', '< open can0 >< send 7E0 1 3E >', '< ok >'],
    ['may do without blanks', '<open can0><rawmode>', '< ok >< ok >'],
    ['that was never begun is passed over', '< open can0 > nonsense >', '< ok >'],
    ['may come after line ends', '\r\n< open can0 >\r\n', '< ok >'],
  ])('%s', async (_what, commands, expected) => {
    expect((await answers(commands)).text).toBe(expected)
  })

  it('to open a bus that is not there ends the connection', async () => {
    const { dial } = await start()
    const client = await dial()
    client.socket.write('< open can9 >< rawmode >')
    await expect.poll(() => client.isClosed).toBe(true)
    expect(client.text).toBe('< hi >< error could not open bus >')
  })
})

describe('a client', () => {
  it('that never says a word is cut off, one that has spoken stays', async () => {
    const { clock, dial } = await start()
    const silent = await dial()
    const unfinished = await dial()
    unfinished.socket.write('< op')
    const speaking = await dial()
    speaking.socket.write('< echo >')
    await expect.poll(() => speaking.text).toBe('< hi >< echo >')
    await clock.advance(9999)
    expect([silent.isClosed, unfinished.isClosed]).toEqual([false, false])
    await clock.advance(1)
    await expect.poll(() => [silent.isClosed, unfinished.isClosed]).toEqual([true, true])
    expect(speaking.isClosed).toBe(false)
  })

  it('that is no socketcand client is cut off', async () => {
    const { dial } = await start()
    const client = await dial()
    client.socket.write('GET / HTTP/1.1\r\n\r\n')
    await expect.poll(() => client.isClosed).toBe(true)
    expect(client.text).toBe('< hi >')
  })

  it('that comes as the thirty-third is closed', async () => {
    const { dial } = await start()
    await Promise.all(Array.from({ length: 32 }, dial))
    const [port] = servers.map((server) => server.port)
    const late = connect(port ?? 0, '127.0.0.1')
    sockets.push(late)
    let text = ''
    late
      .on('error', () => undefined)
      .on('data', (chunk) => {
        text += chunk
      })
    await new Promise<void>((resolve) => late.once('close', () => resolve()))
    expect(text).toBe('')
  })
})
