import type { Language } from '../../shared/languages.ts'
import type { ServiceResult } from '../../shared/service-result.ts'
import { joined, type TranslatedText, untranslated, withValues } from '../translated-text.ts'
import { type EcuIdentification, isVin } from './identification.ts'
import { texts } from './texts.ts'

/** Maximum length of a description (src/shared/service-result.ts). */
const longestDescription = 4_000

/** One ECU with its name and its identification. */
export interface ReadEcu {
  readonly name: TranslatedText
  /** Its address, the same in every language. */
  readonly key: string
  readonly identification: EcuIdentification
}

/** A VIN and its sources. */
export interface VinReport {
  readonly vin: string
  readonly sources: readonly TranslatedText[]
}

/** The identity of the car according to all ECUs. */
export interface CarIdentity {
  readonly answered: number
  readonly silent: readonly TranslatedText[]
  /** Most often reported first; equal ones in the order of the ECU list. */
  readonly vins: readonly VinReport[]
}

/** Combines the readings. The VIN of the platform counts as a source only when an ECU reported a VIN. */
export function identityOf(ecus: readonly ReadEcu[], platformVin: string | undefined): CarIdentity {
  const reports = new Map<string, TranslatedText[]>()
  const witness = (vin: string, source: TranslatedText) => {
    const sources = reports.get(vin) ?? []
    reports.set(vin, [...sources, source])
  }
  for (const { name, identification } of ecus) {
    const reading = identification.vin
    if (reading?.kind === 'value' && isVin(reading.text)) witness(reading.text, name)
  }
  if (platformVin !== undefined && isVin(platformVin) && reports.size > 0) witness(platformVin, texts.platformData)
  const vins = [...reports].map(([vin, sources]) => ({ vin, sources }))
  return {
    answered: ecus.filter(({ identification }) => identification.answered).length,
    silent: ecus.filter(({ identification }) => !identification.answered).map(({ name }) => name),
    vins: vins.sort((a, b) => b.sources.length - a.sources.length),
  }
}

/** Contradicting VINs as "VIN (source, source), VIN (source)". */
export const vinList = (vins: readonly VinReport[]): TranslatedText =>
  joined(
    vins.map(({ vin, sources }) =>
      withValues(untranslated('{vin} ({sources})'), { vin, sources: joined(sources, ', ') }),
    ),
    ', ',
  )

/** The question with which the mechanic confirms the car. */
export function confirmation(identity: CarIdentity, carName: string | undefined): TranslatedText {
  const [first] = identity.vins
  if (!first) {
    const car = carName ? untranslated(carName) : texts.unknownCar
    return withValues(texts.confirmWithoutVin, { car })
  }
  if (identity.vins.length === 1) return withValues(texts.confirmVin, { vin: first.vin })
  return withValues(texts.confirmOneOfSeveral, { vin: first.vin, list: vinList(identity.vins) })
}

/** The suggested result, after the mechanic has confirmed the car or not. */
export function suggestedResult(identity: CarIdentity, confirmed: boolean, language: Language): ServiceResult {
  const total = identity.answered + identity.silent.length
  const parts: TranslatedText[] = []
  const [first] = identity.vins
  if (first && identity.vins.length === 1) parts.push(withValues(texts.summaryVin, { vin: first.vin }))
  if (identity.vins.length > 1) parts.push(withValues(texts.summaryContradiction, { list: vinList(identity.vins) }))
  parts.push(withValues(texts.summary, { answered: identity.answered, total }))
  if (identity.silent.length > 0) parts.push(withValues(texts.summarySilent, { list: joined(identity.silent, ', ') }))
  if (!confirmed) parts.push(texts.summaryNotConfirmed)
  return {
    results: [resultOf(identity, confirmed)],
    description: joined(parts, ' ')[language].slice(0, longestDescription),
  }
}

function resultOf(identity: CarIdentity, confirmed: boolean): ServiceResult['results'][number] {
  if (identity.answered === 0) return 'communication-error'
  if (!confirmed || identity.vins.length > 1) return 'needs-validation'
  return identity.vins.length === 0 ? 'needs-completion' : 'success'
}
