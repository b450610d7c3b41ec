import type { Ecu } from '../../openobd/wire/ecu.ts'
import { assertNever } from '../../shared/assert-never.ts'
import type { Language } from '../../shared/languages.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import type { FindingKey } from '../../shared/session.ts'
import type { DiagnosticFunction, Finding, FunctionRunContext } from '../diagnostic-function.ts'
import { type ScriptLog, SessionFailure, type UserInterface } from '../function-session.ts'
import { inParallel } from '../in-parallel.ts'
import { type TranslatedText, untranslated, withValues } from '../translated-text.ts'
import { type BusRound, diagnosticCan, planBuses } from './bus-plan.ts'
import { confirmation, identityOf, type ReadEcu, suggestedResult, vinList } from './conclusion.ts'
import { dialectsOf, type ItemReading, identifyEcu, isVin } from './identification.ts'
import { ProgressLabel } from './progress-label.ts'
import { texts } from './texts.ts'

/** Conversations at a time; more would only queue on the bus of the car. */
const parallelConversations = 4
/** Poll interval while the connector is still detecting (protocol.md §3). */
const detectionPollMs = 5_000
/** A detection that takes longer counts as failed. */
const detectionLimitMs = 180_000

/** Reads the identity of the car from each ECU and lets the mechanic confirm it. */
export const identifyTheCar: DiagnosticFunction = {
  info: {
    id: '6f1c7a0e-3a55-4d0e-9f0c-2b7f4c1d8e10',
    name: 'Identify the car',
    version: '1.0.0',
    description: 'Reads VIN, part and software numbers of every detected control unit.',
  },
  async run(context) {
    const log = context.session.openScriptLog()
    const ui = context.session.openUserInterface()
    try {
      const result = await new Identification(context, ui, log).run()
      log.write('info', `Identify the car ended: ${result.results.join(', ')}. ${result.description ?? ''}`.trim())
      return result
    } catch (error) {
      if (context.signal.aborted) log.write('warning', 'Identify the car was stopped.')
      else log.write('error', `Identify the car ended early: ${messageOf(error)}`)
      throw error
    } finally {
      ui.close()
      log.close()
    }
  },
}

const messageOf = (error: unknown) => (error instanceof SessionFailure ? error.message : 'internal error')

interface Subject {
  readonly name: TranslatedText
  readonly key: string
  readonly kind: Finding['subjectKind']
}

const car: Subject = { name: texts.car, key: 'car', kind: 'car' }

type Found = Pick<Finding, 'key' | 'value' | 'outcome'> & { readonly name: TranslatedText }

/** The outcome of an item, the same in every language; undefined when the ECU does not have the item. */
function outcomeOf(key: FindingKey, reading: ItemReading): Finding['outcome'] | undefined {
  if (reading.kind === 'unsupported' || reading.kind === 'no-service') return undefined
  if (reading.kind !== 'value') return reading.kind
  return key === 'vin' && !isVin(reading.text) ? 'invalid' : 'value'
}

interface Candidate {
  readonly index: number
  readonly ecu: Ecu
  readonly busName: string
}

class Identification {
  readonly #context: FunctionRunContext
  readonly #ui: UserInterface
  readonly #log: ScriptLog
  readonly #progress: ProgressLabel
  readonly #language: Language
  readonly #subjects = new Set<string>()
  readonly #inWork = new Map<number, TranslatedText>()
  #done = 0

  constructor(context: FunctionRunContext, ui: UserInterface, log: ScriptLog) {
    this.#context = context
    this.#ui = ui
    this.#log = log
    this.#progress = new ProgressLabel(ui)
    this.#language = context.language
  }

  async run(): Promise<ServiceResult> {
    await this.#context.session.configureBuses([diagnosticCan])
    this.#log.write('info', 'Bus can-6-14-500 configured: pins 6 and 14, 500 kbit/s, ISO-TP.')
    if (!(await this.#asksYes(texts.ignitionQuestion))) return this.#ignitionIsOff()
    const detected = await this.#detectedEcus()
    const known = await this.#context.session.knownVehicle()
    const candidates = detected.map((ecu, index) => ({ index, ecu }))
    if (candidates.length === 0) return this.#nothingToRead(texts.noneDetected)
    this.#context.expects(candidates.length)

    const ecus: ReadEcu[] = []
    for (const [number, round] of planBuses(candidates).entries()) {
      await this.#readRound(round, number === 0, candidates.length, ecus)
    }
    await this.#progress.settled()
    const identity = identityOf(ecus, known.vin)
    if (identity.answered === 0) {
      return this.#nothingToRead(withValues(texts.noneAnswered, { total: candidates.length }))
    }
    const [vin] = identity.vins
    if (vin && identity.vins.length === 1)
      this.#found(car, { key: 'vin', name: texts.vin, value: vin.vin, outcome: 'value' })
    if (identity.vins.length > 1) {
      const value = vinList(identity.vins)[this.#language]
      this.#found(car, { key: 'contradicting-vins', name: texts.contradictingVins, value, outcome: 'value' })
      this.#log.write('warning', `Contradicting VINs: ${vinList(identity.vins).en}`)
    }
    const confirmed = await this.#asksYes(confirmation(identity, known.name))
    this.#log.write('info', confirmed ? 'The mechanic confirmed the car.' : 'The mechanic did not confirm the car.')
    return suggestedResult(identity, confirmed, this.#language)
  }

  async #asksYes(text: TranslatedText): Promise<boolean> {
    const choice = await this.#ui.ask({ control: { kind: 'yesno', label: text.en }, texts: [text] })
    this.#context.signal.throwIfAborted()
    return choice?.kind === 'yesno' && choice.yes
  }

  async #tell(text: TranslatedText): Promise<void> {
    await this.#ui.ask({ control: { kind: 'continue', label: text.en }, texts: [text] })
  }

  async #ignitionIsOff(): Promise<ServiceResult> {
    this.#log.write('warning', 'The ignition is off according to the mechanic; nothing was read.')
    await this.#tell(texts.ignitionNeeded)
    return { results: ['invalid-preconditions'], description: texts.ignitionNeeded[this.#language] }
  }

  async #nothingToRead(text: TranslatedText): Promise<ServiceResult> {
    this.#log.write('error', text.en)
    await this.#tell(text)
    return { results: ['communication-error'], description: text[this.#language] }
  }

  async #detectedEcus(): Promise<readonly Ecu[]> {
    for (let waitedMs = 0; waitedMs <= detectionLimitMs; waitedMs += detectionPollMs) {
      const ecus = await this.#context.session.detectedEcus()
      if (ecus !== 'detecting') {
        await this.#progress.settled()
        this.#log.write('info', `${ecus.length} control units detected.`)
        return ecus
      }
      this.#progress.show(texts.detecting)
      await this.#context.wait(detectionPollMs)
    }
    throw new SessionFailure('timed-out', 'The connector did not finish its detection of control units.')
  }

  async #readRound(round: BusRound, isFirst: boolean, total: number, ecus: ReadEcu[]): Promise<void> {
    if (!isFirst || round.buses.length > 1) {
      await this.#context.session.configureBuses(round.buses)
      this.#log.write('info', `Buses configured: ${round.buses.map((bus) => bus.name).join(', ')}.`)
    }
    await inParallel(
      round.ecus,
      parallelConversations,
      (candidate) => this.#read(candidate, total),
      ({ ecu, ...read }) => {
        const named = { ...read, name: this.#uniqueName(read.name, ecu) }
        ecus.push(named)
        this.#report(named)
      },
    )
  }

  /** ECUs may report the same name; the later one gets its address added. */
  #uniqueName(name: TranslatedText, ecu: Ecu): TranslatedText {
    const unique = this.#subjects.has(name.en)
      ? withValues(untranslated('{name} ({address})'), { name, address: addressOf(ecu) })
      : name
    this.#subjects.add(unique.en)
    return unique
  }

  async #read({ index, ecu, busName }: Candidate, total: number): Promise<ReadEcu & { ecu: Ecu }> {
    this.#context.signal.throwIfAborted()
    const known = nameByAddress(ecu)
    let name = known ?? withValues(texts.controlUnit, { address: addressOf(ecu) })
    this.#inWork.set(index, name)
    this.#showReading(total)
    const conversation = this.#context.session.openConversation(busName, ecu)
    const identification = await identifyEcu(conversation, dialectsOf(ecu.kind), (systemName) => {
      if (known || systemName === undefined) return
      name = untranslated(systemName)
      this.#inWork.set(index, name)
      this.#showReading(total)
    }).finally(() => conversation.close())
    this.#inWork.delete(index)
    this.#done++
    this.#showReading(total)
    return { ecu, key: `${busName} ${addressOf(ecu)}`, name, identification }
  }

  /** Shows how many ECUs are done and which one has been read for the longest time. */
  #showReading(total: number): void {
    const [name] = this.#inWork.values()
    if (name) this.#progress.show(withValues(texts.reading, { number: this.#done + 1, total, ecu: name }))
  }

  #report({ name, key: subjectKey, identification }: ReadEcu): void {
    const subject = { name, key: subjectKey, kind: 'control-unit' } as const
    const state = { key: 'state', name: texts.state } as const
    if (!identification.answered) {
      this.#found(subject, { ...state, value: texts.noAnswer[this.#language], outcome: 'no-answer' })
      this.#log.write('warning', `${name.en}: no answer.`)
      return
    }
    const { systemName, vin, items } = identification
    const ownName = systemName === name.en ? undefined : systemName
    const readings: { key: FindingKey; name: TranslatedText; reading: ItemReading | undefined }[] = [
      {
        key: 'system-name',
        name: texts.systemName,
        reading: ownName === undefined ? undefined : { kind: 'value', text: ownName },
      },
      { key: 'vin', name: texts.vin, reading: vin },
      ...items,
    ]
    const shown = readings.flatMap(({ key, name: item, reading }) => {
      const words = reading && this.#wordsFor(reading)
      const outcome = reading && outcomeOf(key, reading)
      return words === undefined || outcome === undefined ? [] : [{ key, item, value: words, outcome }]
    })
    for (const { key, item, value, outcome } of shown) {
      this.#found(subject, { key, name: item, value: value[this.#language], outcome })
    }
    if (shown.length === 0) {
      this.#found(subject, { ...state, value: texts.noIdentification[this.#language], outcome: 'value' })
    }
    const words = shown.map(({ item, value }) => `${item.en} ${value.en}`).join(', ')
    this.#log.write('info', `${name.en}: ${words || texts.noIdentification.en}.`)
  }

  #wordsFor(reading: ItemReading): TranslatedText | undefined {
    if (reading.kind === 'value') return untranslated(reading.text)
    if (reading.kind === 'no-answer') return texts.noAnswer
    if (reading.kind === 'unreadable') return texts.unreadable
    if (reading.kind === 'refused') {
      return withValues(texts.refused, { code: reading.code.toString(16).toUpperCase().padStart(2, '0') })
    }
    return undefined
  }

  #found(subject: Subject, { name, ...found }: Found): void {
    const language = this.#language
    this.#context.found({
      subject: subject.name[language],
      subjectKey: subject.key,
      subjectKind: subject.kind,
      name: name[language],
      ...found,
    })
  }
}

/** ISO 15765-4 fixes the addresses of emission-related ECUs. */
function nameByAddress(ecu: Ecu): TranslatedText | undefined {
  if (ecu.kind !== 'isotp' || ecu.bus.pinPlus !== 6 || ecu.extendedRequestAddress !== undefined) return undefined
  if (ecu.requestId === 0x7e0) return texts.engineControl
  return ecu.requestId === 0x7e1 ? texts.transmissionControl : undefined
}

const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')

function addressOf(ecu: Ecu): string {
  switch (ecu.kind) {
    case 'isotp': {
      const { requestId, extendedRequestAddress } = ecu
      return [requestId, ...(extendedRequestAddress === undefined ? [] : [extendedRequestAddress])].map(hex).join('/')
    }
    case 'kline':
      return `K-line ${hex(ecu.ecuId)}`
    case 'tp20':
      return `TP2.0 ${hex(ecu.logicalAddress)}`
    case 'doip':
      return `DoIP ${hex(ecu.ecuId)}`
    default:
      return assertNever(ecu)
  }
}
