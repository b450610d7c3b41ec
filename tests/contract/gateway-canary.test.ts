import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '../../src/engine/testing/engine-under-test.ts'
import { GatewayBench, nearCredentials } from '../../src/gateway/testing/gateway-bench.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { testPython } from './python.ts'

const account = {
  clientId: 'CANARY-client-of-the-account',
  clientSecret: 'CANARY-secret-of-the-account',
  clusterId: '001',
}
const interop = join(import.meta.dirname, '../interop')
const waitForEver = '7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000a'
const countFromInside = '7a2f1c52-0d0e-4f6c-9d56-0a54a1b20008'
const { functionBroker: broker, function: functions } = {
  functionBroker: openObdV1.functionBroker.service,
  function: openObdV1.function.service,
}

/** The official host of functions, unmodified, in a process of its own. */
class PythonHost {
  readonly process: ChildProcess
  readonly lines: string[] = []

  constructor(port: number) {
    const { clientId, clientSecret, clusterId } = nearCredentials
    this.process = spawn(testPython(), ['-m', 'openobd', 'serve', '--modules', 'functions'], {
      cwd: interop,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        OPENOBD_LOG_LEVEL: 'DEBUG',
        OPENOBD_GRPC_HOST: '127.0.0.1',
        OPENOBD_GRPC_PORT: String(port),
        OPENOBD_PARTNER_CLIENT_ID: clientId,
        OPENOBD_PARTNER_CLIENT_SECRET: clientSecret,
        OPENOBD_CLUSTER_ID: clusterId,
      },
    })
    for (const stream of [this.process.stdout, this.process.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => void this.lines.push(line))
  }

  /** How often each text occurs in what the process can write to, and in its environment. */
  occurrences(texts: readonly string[]): Map<string, number> {
    const { pid } = this.process
    const counts = new Map(texts.map((text) => [text, 0]))
    const search = (bytes: Buffer) => {
      for (const text of texts) {
        for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1))
          counts.set(text, (counts.get(text) ?? 0) + 1)
      }
    }
    search(fs.readFileSync(`/proc/${pid}/environ`))
    const memory = fs.openSync(`/proc/${pid}/mem`, 'r')
    for (const map of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(map) ?? []
      if (from === '') continue
      const begin = Number.parseInt(from, 16)
      const bytes = Buffer.alloc(Number.parseInt(to, 16) - begin)
      try {
        search(bytes.subarray(0, fs.readSync(memory, bytes, 0, bytes.length, begin)))
      } catch {
        // The region is gone, or belongs to a device.
      }
    }
    fs.closeSync(memory)
    return counts
  }
}

describe('credentials and tokens of the server', () => {
  let host: PythonHost | undefined
  let bench: GatewayBench | undefined
  afterEach(async () => {
    vi.restoreAllMocks()
    host?.process.kill('SIGKILL')
    await bench?.stop()
  })

  // @proves Gateway: No credential and no token of the server is in the memory or environment of a function's process, in a reply or in a log
  it.runIf(process.platform === 'linux')(
    'are nowhere in the process of a function, in what it is told, or in logs',
    async () => {
      const written: string[] = []
      const write = fs.writeSync
      vi.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, text: never, ...rest: never[]) => {
        written.push(String(text))
        return (write as (...all: unknown[]) => number)(descriptor, text, ...rest)
      }) as typeof fs.writeSync)
      bench = await GatewayBench.start({ logLevel: 'trace' }, { credentials: account })
      const near = bench
      const ofServer: string[] = []
      const vault = near.engine.engine.vault
      const issue = vault.issue.bind(vault)
      vault.issue = (...given) => {
        const token = issue(...given)
        ofServer.push(token)
        return token
      }
      const told: string[] = []
      const call = async <Reply>(reply: Promise<Reply>): Promise<Reply> => {
        told.push(JSON.stringify(await reply))
        return reply
      }
      host = new PythonHost(near.running.port)
      await eventually(() => near.gateway.broker.functions.length > 0, 'the host has registered its functions')
      const { id, token } = await near.claimed()
      const brokerToken = await near.brokerToken()
      const nearTokens = [token, brokerToken]
      // The second one never ends, so that its process holds its tokens while it is searched.
      for (const functionId of [countFromInside, waitForEver]) {
        const child = await call(near.call(functions.startFunctionContext, {}, token))
        const { authentication_token, monitor_token } = child
        nearTokens.push(authentication_token, monitor_token ?? '')
        const monitor = near.open(functions.monitorFunctionContext, monitor_token)
        monitor.send({ id: child.id, monitor_token })
        monitor.halfClose()
        await call(
          near.call(broker.runFunction, { id: functionId, session_info: { id, authentication_token } }, brokerToken),
        )
        if (functionId === countFromInside) {
          await eventually(() => monitor.messages.some(({ finished }) => finished), 'the function has ended')
          told.push(JSON.stringify(monitor.messages))
        }
      }
      const started = host
      await eventually(() => started.lines.some((line) => line.includes('Waiting for ever.')), 'the second one waits')
      told.push(JSON.stringify(await near.call(functions.getFunctionResultList, {}, token)))

      expect(ofServer.length).toBeGreaterThan(15)
      const secrets = [account.clientId, account.clientSecret, ...ofServer]
      const found = host.occurrences([...secrets, nearCredentials.clientSecret, ...nearTokens])
      expect(secrets.filter((secret) => found.get(secret) !== 0)).toEqual([])
      // The search finds what is there: the credentials of the near side and the token that the function was started with.
      expect(found.get(nearCredentials.clientSecret)).toBeGreaterThan(0)
      expect(nearTokens.some((one) => (found.get(one) ?? 0) > 0)).toBe(true)
      const texts = [...told, ...written, ...host.lines].join('\n')
      expect(secrets.filter((secret) => texts.includes(secret))).toEqual([])
      expect(told.length).toBeGreaterThan(4)
    },
  )
})
