import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { noBusLog } from '../../../src/engine/car/bus-log.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { PartnerApiTrouble } from '../../../src/engine/faults/partner-api-faults.ts'
import { dataFolder } from '../../../src/engine/files/data-folder.ts'
import type { PartnerApiChoices } from '../../../src/engine/partner-api/choices.ts'
import { startPartnerApi } from '../../../src/engine/partner-api/server.ts'
import { systemClock } from '../../../src/openobd/clock.ts'
import { ManualClock } from '../../../src/openobd/manual-clock.ts'
import { httpOver } from '../../../src/partner/http.ts'
import { PartnerApi } from '../../../src/partner/partner-api.ts'
import { TicketList } from '../../../src/partner/ticket-list.ts'
import { succeeded } from '../../../src/shared/outcome.ts'

export const account = { clientId: 'partner', clientSecret: 'CANARY-secret-of-the-account' } as const

/** An engine with its imitated Partner API, and a client. */
export async function partnerBench(choices: Partial<PartnerApiChoices> = {}, more: { secret?: string } = {}) {
  const running = await createEngine(
    {
      workshopFile: join(dataFolder('workshops'), 'default.yaml'),
      isClockManual: false,
      hasLab: false,
      hasWorkbench: false,
      credentials: { ...account, clusterId: '001' },
      busLog: noBusLog,
      logLevel: 'silent',
    },
    0,
  )
  const server = await startPartnerApi(running.engine, 0, choices)
  const http = httpOver(() => succeeded({}))
  const asked: string[] = []
  const tokens: string[] = []
  /** The client's clock only decides about tokens and pauses, so tests move it. */
  const clock = new ManualClock()
  const base = `http://127.0.0.1:${server.port}`
  const api = new PartnerApi({
    restBaseUrl: base,
    tokenUrl: `${base}/oauth2/token`,
    account: () => ({ ...account, clientSecret: more.secret ?? account.clientSecret }),
    ask: (question) => {
      asked.push(`${question.form ? 'POST' : 'GET'} ${question.url.pathname}${question.url.search}`)
      return http.ask(question)
    },
    clock,
    random: () => 0,
    languages: () => 'en',
    onToken: (token) => void tokens.push(token),
  })
  onTestFinished(async () => {
    http.close()
    await server.close()
    await running.stop()
  })
  const trouble = (kind: PartnerApiTrouble, parameters: Record<string, string> = {}) =>
    running.engine.faults.set('partner-api', { connectorNumber: '', sessionId: '' } as never, {
      trouble: kind,
      ...parameters,
    })
  return {
    engine: running.engine,
    api,
    asked,
    tokens,
    clock,
    trouble,
    base,
    list: new TicketList(api, clock),
    systemClock,
  }
}
