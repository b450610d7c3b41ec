import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const cli = join(import.meta.dirname, 'cli.ts')

/** Windows has no signals; there the closed standard input or the parent port ends the engine. */
const signals: readonly NodeJS.Signals[] = process.platform === 'win32' ? [] : ['SIGTERM', 'SIGINT']

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

describe('the command line of the engine', () => {
  let folder: string
  let children: ChildProcess[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engine-cli-'))
    children = []
  })

  afterEach(() => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [cli, ...args], { stdio: 'pipe', env: { ...process.env, ...environment } })
    children.push(child)
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk
    })
    const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode, ...output }))
    const ready = async () => {
      const [line] = await Promise.race([
        once(child.stdout, 'data'),
        ended.then(({ stderr }) => [`{"end":"${stderr}"}`]),
      ])
      return JSON.parse(String(line))
    }
    return { child, ended, ready }
  }

  it('says in one line of JSON where it is and how to get in', async () => {
    const { child, ended, ready } = run(['--port', '0', '--until-stdin-closes'])
    const line = await ready()
    expect(line).toMatchObject({
      event: 'ready',
      pid: child.pid,
      host: '127.0.0.1',
      clusterId: '001',
      ticket: '7848095',
      connector: '900101060',
    })
    expect(line.tickets).toEqual(expect.arrayContaining(['7848095', '7848152']))
    expect(line.connectors).toEqual(expect.arrayContaining(['900101060', '900101064']))
    child.stdin?.end()
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each(signals)('ends with exit code 0 on %s', async (signal) => {
    const { child, ended, ready } = run([])
    await ready()
    child.kill(signal)
    expect((await ended).code).toBe(0)
  })

  it.each<[string, string, (child: ChildProcess) => void]>([
    ['SIGTERM, a bare connection', '', (child) => child.kill('SIGTERM')],
    ['SIGINT, half of the preface of HTTP/2', 'PRI * HT', (child) => child.kill('SIGINT')],
    ['a closed standard input, a preface without SETTINGS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (c) => c.stdin?.end()],
  ])('ends although a client never reacts: %s', async (_what, words, end) => {
    const { child, ended, ready } = run(['--until-stdin-closes'])
    const { port } = await ready()
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    if (words !== '') socket.write(words)
    end(child)
    expect((await ended).code).toBe(0)
    socket.destroy()
  })

  it('ends with exit code 0 when a process that it was to end with is killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    children.push(holder)
    const { ended, ready } = run(['--until-exit', String(process.pid), '--until-exit', String(holder.pid)])
    await ready()
    holder.kill('SIGKILL')
    expect((await ended).code).toBe(0)
  })

  it.runIf(signals.length > 0)(
    'ends with exit code 0 when the process that holds it as a utility process says stop',
    async () => {
      const parentPort = `import { EventEmitter } from 'node:events'
      process.parentPort = new EventEmitter()
      process.on('SIGUSR2', () => {
        process.parentPort.emit('message', { data: 'nonsense' })
        process.parentPort.emit('message', { data: { type: 'stop' } })
      })`
      const preload = join(folder, 'parent-port.mjs')
      writeFileSync(preload, parentPort)
      const { child, ended, ready } = run([], { NODE_OPTIONS: `--import=${preload}` })
      await ready()
      child.kill('SIGUSR2')
      expect((await ended).code).toBe(0)
    },
  )

  it('makes up new credentials for each run', async () => {
    const [one, other] = await Promise.all([run([]).ready(), run([]).ready()])
    expect(one.clientSecret.length).toBeGreaterThanOrEqual(43)
    expect(one.clientSecret).not.toBe(other.clientSecret)
  })

  it('takes credentials from the environment or from a file', async () => {
    const environment = { OPENOBD_PARTNER_CLIENT_ID: 'me', OPENOBD_PARTNER_CLIENT_SECRET: 'from the environment' }
    const file = join(folder, 'credentials.json')
    writeFileSync(file, JSON.stringify({ clientId: 'you', clientSecret: 'from the file' }))
    const [byEnvironment, byFile] = await Promise.all([
      run([], environment).ready(),
      run(['--credentials-file', file], environment).ready(),
    ])
    expect([byEnvironment.clientId, byEnvironment.clientSecret]).toEqual(['me', 'from the environment'])
    expect([byFile.clientId, byFile.clientSecret]).toEqual(['you', 'from the file'])
  })

  it('tells the first of several partners only, in a ready line of the usual fields', async () => {
    const file = join(folder, 'credentials.json')
    const otherPartners = [{ clientId: 'rival', clientSecret: 'canary-of-the-rival' }]
    writeFileSync(file, JSON.stringify({ clientId: 'you', clientSecret: 'from the file', otherPartners }))
    const { child, ended, ready } = run(['--credentials-file', file, '--until-stdin-closes'])
    const [one, usual] = await Promise.all([ready(), run([]).ready()])
    expect([one.clientId, one.clientSecret]).toEqual(['you', 'from the file'])
    expect(Object.keys(one)).toEqual(Object.keys(usual))
    child.stdin?.end()
    const { code, stdout, stderr } = await ended
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain('rival')
  })

  // @proves Bad input: Port in use, or without the right
  it.each(['--port', '--socketcand', '--doip', '--partner-api'])(
    'says that the port is in use, with exit code 1: %s',
    async (option) => {
      const holder = createServer().listen(0, '127.0.0.1')
      await once(holder, 'listening')
      const address = holder.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const { code, stderr, stdout } = await run([option, String(port)]).ended
      holder.close()
      expect([code, stdout]).toEqual([1, ''])
      const sentences = `The port is in use already: ${option} ${port}. Choose another one, or 0 for any that is free.`
      expect(stderr).toBe(`${sentences}\n`)
    },
  )

  it.each([
    ['--port', 'EACCES', 'The system does not let you listen on this port: --port 80. Choose one above 1023'],
    ['--socketcand', 'EACCES', 'The system does not let you listen on this port: --socketcand 80. Choose one above'],
    ['--doip', 'EACCES', 'The system does not let you listen on this port: --doip 80. Choose one above'],
    ['--port', 'EADDRNOTAVAIL', 'This machine has no address 127.0.0.1 to listen on: --port 80. Switch its loopback'],
  ])('says in one line why it cannot listen on %s: %s, with exit code 1', async (option, errorCode, words) => {
    const refusing = `import { Server } from 'node:net'
      const listen = Server.prototype.listen
      Server.prototype.listen = function (options, ...more) {
        if (options.port !== 80) return listen.call(this, options, ...more)
        const refusal = new Error('listen ${errorCode}: refused by the test 127.0.0.1:80')
        process.nextTick(() => this.emit('error', Object.assign(refusal, { code: '${errorCode}', syscall: 'listen' })))
        return this
      }`
    const preload = join(folder, 'refusing.mjs')
    writeFileSync(preload, refusing)
    const { code, stderr, stdout } = await run([option, '80'], { NODE_OPTIONS: `--import=${preload}` }).ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(words)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each([
    [['--port', 'high'], '--port high: a port is a number from 0 to 65535'],
    [['--doip', 'yes'], '--doip yes: a port is a number from 0 to 65535'],
    [['--partner-api', 'yes'], '--partner-api yes: a port is a number from 0 to 65535'],
    [['--port', '65536'], '--port 65536: a port is a number from 0 to 65535'],
    [['--clock', 'fast'], '--clock fast: choose "real" or "manual"'],
    [['--without', 'brakes'], '--without brakes: only "workbench" can be left out'],
    [['--client-secret', 'x'], "Unknown option '--client-secret'"],
    [['--workshop'], '--workshop needs a value\n'],
    [['--port', '--lab'], '--port needs a value\n'],
    [['--seed', '-1'], '--seed needs a value\n'],
    [['--lab=yes'], "Option '--lab' does not take an argument"],
    [['--until-exit', 'me'], '--until-exit me: name a process by its number'],
    [['--until-exit='], '--until-exit needs a value'],
    [['--workshop='], '--workshop needs a value'],
    [['50051'], 'Unexpected argument \'50051\': values follow their option, and with npm all options follow "--"'],
  ])('refuses %j with exit code 2 and the usage', async (args, text) => {
    const { code, stderr, stdout } = await run(args).ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(text)
    expect(stderr).toContain('Usage: engine')
  })

  it('offers a DoIP gateway only when it is asked for', async () => {
    const [without, having] = await Promise.all([run([]).ready(), run(['--doip', '0', '--partner-api', '0']).ready()])
    expect(without).not.toHaveProperty('doip')
    expect(without).not.toHaveProperty('partnerApi')
    expect(having.doip).toBeGreaterThan(0)
    expect(having.partnerApi).toBeGreaterThan(0)
  })

  it('says that no car has a DoIP gateway, with exit code 1', async () => {
    const file = join(folder, 'workshop.yaml')
    const vehicle = join(import.meta.dirname, '../../../vehicles/falkenberg-corvo.yaml')
    const connector = `{ number: "1", id: 5f0c6c1e-7a0b-4c57-9a53-0d8f3f0b1a01, name: Lift, vehicle: ${JSON.stringify(vehicle)} }`
    writeFileSync(file, `name: Test\nconnectors: [${connector}]\ntickets: []\n`)
    const { code, stderr } = await run(['--workshop', file, '--doip', '0']).ended
    expect([code, stderr]).toEqual([1, '--doip: no car in the workshop has a DoIP gateway.\n'])
  })

  it('refuses a log level that does not exist', async () => {
    const { code, stderr } = await run([], { ENGINE_LOG_LEVEL: 'loud' }).ended
    expect(code).toBe(2)
    expect(stderr).toContain('ENGINE_LOG_LEVEL=loud: choose one of trace, debug')
  })

  it.each(['--help', '-h'])('explains itself to %s', async (option) => {
    const { code, stdout } = await run([option]).ended
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: engine')
  })

  it('refuses a bus log that cannot be written, before it is ready', async () => {
    const { code, stderr, stdout } = await run(['--bus-log', join(folder, 'nowhere', 'log')]).ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The bus log cannot be written \(ENOENT: .+\); choose another file\.\n$/)
  })

  it('ends with a sentence when nobody reads its ready line', async () => {
    const { child, ended } = run([])
    child.stdout.destroy()
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Standard output cannot be written \(.+\); keep it open until the ready line is there\.\n$/)
  })

  it.each([
    ['workshop', 'name: Test\nconnectors: none\n', ':2:13: connectors'],
    ['vehicle', 'name: Test\nvin: 4\n', ':2:6: vin'],
    ['scenario', 'name: Test\nfaults: [{ kind: gremlins }]\n', ':2:18: faults[0].kind'],
  ])('points into a malformed %s file, with exit code 1', async (kind, text, place) => {
    const file = join(folder, 'bad.yaml')
    writeFileSync(file, text)
    const { code, stderr } = await run([`--${kind}`, file]).ended
    expect(code).toBe(1)
    expect(stderr).toContain(`${file}${place}`)
    expect(stderr).not.toContain('    at ')
  })

  it.each([
    ['{"clientId": "x", "clientSecret": 5}', 'clientSecret'],
    [
      '{"clientId": "x", "clientSecret": "y", "otherPartners": [{"clientId": "secret words"}]}',
      'otherPartners.0.clientSecret',
    ],
    ['secret words', 'not valid JSON'],
  ])('refuses the credentials file %s without quoting it', async (text, part) => {
    const file = join(folder, 'credentials.json')
    writeFileSync(file, text)
    const { code, stderr } = await run(['--credentials-file', file]).ended
    expect(code).toBe(1)
    expect(stderr).toContain(part)
    expect(stderr).not.toContain('secret words')
  })
})
