import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import type { Finding, FunctionRunContext } from '../diagnostic-function.ts'
import type {
  DetectedEcu,
  FunctionSession,
  IsotpAddress,
  IsotpBus,
  IsotpConversation,
  KnownVehicle,
  Question,
  UdsReply,
} from '../function-session.ts'

/** How an ECU of the scripted car replies to a UDS request; `undefined` is silence. */
export type ScriptedEcu = (payload: string) => UdsReply | undefined | Promise<UdsReply | undefined>

/** An ECU that knows some data identifiers as texts and refuses the others with "request out of range". */
export const ecuWith =
  (values: Readonly<Record<string, string>>): ScriptedEcu =>
  (payload) => {
    const did = payload.slice(2)
    const value = values[did]
    if (value === undefined) return { kind: 'negative', code: 0x31 }
    return { kind: 'positive', payload: `62${did}${Buffer.from(value, 'latin1').toString('hex').toUpperCase()}` }
  }

/** An ISO-TP ECU on the diagnostic CAN unless another bus is named. */
export const isotpEcu = (requestId: number, bus: Partial<IsotpBus> = {}): DetectedEcu => ({
  transport: 'isotp',
  bus: { name: '', pinPlus: 6, pinMinus: 14, bitRate: 500, transceiver: 'high', ...bus },
  address: { requestId, responseId: requestId + 8 },
})

/** A session for unit tests of functions: a scripted car, a scripted mechanic, and a record of everything that happened. */
export class ScriptedSession implements FunctionSession {
  readonly configured: (readonly IsotpBus[])[] = []
  readonly asked: Question[] = []
  readonly requests: string[] = []
  readonly lines: string[] = []
  readonly findings: Finding[] = []
  readonly waits: number[] = []
  readonly abort = new AbortController()
  closedInterfaces = 0
  closedLogs = 0
  openConversations = 0
  mostConversations = 0
  ecuLists: (readonly DetectedEcu[] | 'detecting')[] = [[]]
  vehicle: KnownVehicle = {}
  cars = new Map<number, ScriptedEcu>()
  answer: (control: PromptControl, number: number) => PromptChoice | undefined = (control) =>
    control.kind === 'yesno' ? { kind: 'yesno', yes: true } : undefined

  /** The labels of what was asked, by kind. */
  labels(kind: PromptControl['kind']): string[] {
    return this.asked.flatMap(({ control }) => (control.kind === kind && 'label' in control ? [control.label] : []))
  }

  async configureBuses(buses: readonly IsotpBus[]): Promise<void> {
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

  openIsotp(_busName: string, address: IsotpAddress): IsotpConversation {
    this.mostConversations = Math.max(this.mostConversations, ++this.openConversations)
    return {
      request: async (payload) => {
        this.requests.push(`${address.requestId.toString(16)} ${payload}`)
        await Promise.resolve()
        return (await this.cars.get(address.requestId)?.(payload)) ?? { kind: 'silent' }
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

  /** What a function is run with; waiting takes no time and is recorded. */
  context(language: FunctionRunContext['language'] = 'en'): FunctionRunContext {
    return {
      session: this,
      language,
      signal: this.abort.signal,
      wait: async (ms) => {
        this.waits.push(ms)
        this.abort.signal.throwIfAborted()
      },
      found: (finding) => void this.findings.push(finding),
    }
  }
}
