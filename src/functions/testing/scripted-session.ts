import type { CanBus } from '../../openobd/wire/can-bus.ts'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import type { Finding, FunctionRunContext } from '../diagnostic-function.ts'
import type {
  DiagnosticBus,
  EcuConversation,
  FunctionSession,
  KnownVehicle,
  Question,
  UdsReply,
} from '../function-session.ts'

/** How an ECU of the scripted car replies to a request; `undefined` is silence. */
export type ScriptedEcu = (payload: string) => UdsReply | undefined | Promise<UdsReply | undefined>

/** An ECU that knows some data identifiers as texts and refuses the others with "request out of range". */
export const ecuWith =
  (values: Readonly<Record<string, string>>): ScriptedEcu =>
  (payload) =>
    payload.startsWith('22') ? textOf(values, '62', payload.slice(2)) : refusal(0x11)

/** An ECU that speaks KWP2000 and knows some identification options as texts. */
export const kwpEcuWith =
  (values: Readonly<Record<string, string>>): ScriptedEcu =>
  (payload) =>
    payload.startsWith('1A') ? textOf(values, '5A', payload.slice(2)) : refusal(0x11)

const refusal = (code: number): UdsReply => ({ kind: 'negative', code })

function textOf(values: Readonly<Record<string, string>>, answer: string, key: string): UdsReply {
  const value = values[key]
  if (value === undefined) return refusal(0x31)
  return { kind: 'positive', payload: `${answer}${key}${Buffer.from(value, 'latin1').toString('hex').toUpperCase()}` }
}

/** An ISO-TP ECU on the diagnostic CAN unless another bus is named. */
export const isotpEcu = (requestId: number, bus: Partial<CanBus> = {}): Ecu => ({
  kind: 'isotp',
  bus: { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500, ...bus },
  requestId,
  responseId: requestId + 8,
})

/** A K-line ECU on pin 7. */
export const klineEcu = (ecuId: number, initialisation: 'slow' | 'fast' = 'fast'): Ecu => ({
  kind: 'kline',
  bus: { pin: 7, initialisation, bitRate: 10400 },
  ecuId,
})

/** A TP2.0 ECU on the diagnostic CAN. */
export const tp20Ecu = (logicalAddress: number): Ecu => ({
  kind: 'tp20',
  bus: { pinPlus: 6, pinMin: 14, protocol: 'tp20', bitRate: 500 },
  logicalAddress,
})

/** A DoIP ECU on pins 3 and 11. */
export const doipEcu = (ecuId: number): Ecu => ({
  kind: 'doip',
  bus: { option: 2, network: 'volvo' },
  gatewayId: 0x1001,
  testerId: 0x0e80,
  ecuId,
})

/** The number that identifies an ECU in the scripted car. */
function numberOf(ecu: Ecu): number {
  if (ecu.kind === 'isotp') return ecu.requestId
  return ecu.kind === 'tp20' ? ecu.logicalAddress : ecu.ecuId
}

/** A session for unit tests of functions: a scripted car, a scripted mechanic, and a record of everything that happened. */
export class ScriptedSession implements FunctionSession {
  readonly configured: (readonly DiagnosticBus[])[] = []
  readonly asked: Question[] = []
  readonly requests: string[] = []
  readonly lines: string[] = []
  readonly findings: Finding[] = []
  readonly extents: number[] = []
  readonly waits: number[] = []
  readonly abort = new AbortController()
  closedInterfaces = 0
  closedLogs = 0
  openConversations = 0
  mostConversations = 0
  ecuLists: (readonly Ecu[] | 'detecting')[] = [[]]
  vehicle: KnownVehicle = {}
  cars = new Map<number, ScriptedEcu>()
  answer: (control: PromptControl, number: number) => PromptChoice | undefined = (control) =>
    control.kind === 'yesno' ? { kind: 'yesno', yes: true } : undefined

  /** The labels of the questions of one kind. */
  labels(kind: PromptControl['kind']): string[] {
    return this.asked.flatMap(({ control }) => (control.kind === kind && 'label' in control ? [control.label] : []))
  }

  async configureBuses(buses: readonly DiagnosticBus[]): Promise<void> {
    this.configured.push(buses)
  }

  async detectedEcus() {
    const [list, ...later] = this.ecuLists
    if (later.length > 0) this.ecuLists = later
    return list ?? []
  }

  async knownVehicle(): Promise<KnownVehicle> {
    return this.vehicle
  }

  openConversation(busName: string, ecu: Ecu): EcuConversation {
    if (!this.configured.at(-1)?.some(({ name }) => name === busName)) throw new Error(`There is no bus ${busName}.`)
    const number = numberOf(ecu)
    this.mostConversations = Math.max(this.mostConversations, ++this.openConversations)
    return {
      request: async (payload) => {
        this.requests.push(`${number.toString(16)} ${payload}`)
        await Promise.resolve()
        return (await this.cars.get(number)?.(payload)) ?? { kind: 'silent' }
      },
      close: () => void this.openConversations--,
    }
  }

  openUserInterface() {
    return {
      ask: async (question: Question) => {
        this.asked.push(question)
        await Promise.resolve()
        return this.answer(question.control, this.asked.length)
      },
      close: () => void this.closedInterfaces++,
    }
  }

  openScriptLog() {
    return {
      write: (level: string, content: string) => void this.lines.push(`${level}: ${content}`),
      close: () => void this.closedLogs++,
    }
  }

  /** The context of a run; waiting takes no time and is recorded. */
  context(language: FunctionRunContext['language'] = 'en'): FunctionRunContext {
    return {
      session: this,
      language,
      signal: this.abort.signal,
      wait: async (ms) => {
        this.waits.push(ms)
        this.abort.signal.throwIfAborted()
      },
      expects: (controlUnits) => void this.extents.push(controlUnits),
      found: (finding) => void this.findings.push(finding),
    }
  }
}
