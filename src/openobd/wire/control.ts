import { assertNever } from '../../shared/assert-never.ts'
import type { PromptControl } from '../../shared/prompt.ts'
import type { Control, Control__Output } from '../generated/types/openOBD/v1/Control.ts'
import type { InterfaceType__Output } from '../generated/types/openOBD/v1/InterfaceType.ts'
import { displaySeconds, knownNumber, uint32 } from './plausible.ts'

/** Target of a control; undefined on the wire means the customer (protocol.md §10). */
export type ControlTarget = 'customer' | 'operator'
/** Translations: original text → language (ISO 639-1, lower case) → text. */
export type Translations = Readonly<Record<string, Readonly<Record<string, string>>>>

/** A control with its settings, for asker and viewer. */
export interface ScreenControl {
  readonly target: ControlTarget
  readonly control: PromptControl
  readonly translations: Translations
  readonly imageUrl?: string
}

const targetToWire: Record<ControlTarget, InterfaceType__Output> = {
  customer: 'INTERFACE_USER',
  operator: 'INTERFACE_OPERATOR',
}
const targetFromWire: Record<InterfaceType__Output, ControlTarget> = {
  INTERFACE_UNDEFINED: 'customer',
  INTERFACE_USER: 'customer',
  INTERFACE_OPERATOR: 'operator',
}

/** openOBD.v1.Control as it is sent. A control of kind `unknown` cannot be sent and throws. */
export function controlToWire(screen: ScreenControl): Control {
  return {
    target: targetToWire[screen.target],
    ...controlTypeToWire(screen.control),
    translations: Object.entries(screen.translations).map(([label, languages]) => ({
      label,
      translations: Object.entries(languages).map(([language, text]) => ({ language, label: text })),
    })),
    ...(screen.imageUrl === undefined ? {} : { image: { url: screen.imageUrl } }),
  }
}

function controlTypeToWire(control: PromptControl): Control {
  switch (control.kind) {
    case 'label': {
      const seconds = Math.ceil(control.minimalDisplayTimeMs / 1_000)
      return { control_label: { label: control.label, ...(seconds > 0 ? { minimal_display_time: seconds } : {}) } }
    }
    case 'yesno':
      return { control_yesno: { label: control.label } }
    case 'continue':
      return { control_continue: { label: control.label } }
    case 'freetext':
      return { control_freetext: { label: control.label } }
    case 'options':
      return { control_options: { label: control.label, options: [...control.options] } }
    case 'number':
      return { control_number: { label: control.label, minimum: control.minimum, maximum: control.maximum } }
    case 'unknown':
      throw new Error('A control of an unknown kind cannot be sent.')
    default:
      return assertNever(control)
  }
}

/**
 * A received Control. A control type of a later version and a number question without usable limits have kind `unknown`
 * instead of an error.
 */
export function screenControlFromWire(wire: Control__Output): ScreenControl {
  return {
    target: targetFromWire[wire.target] ?? 'customer',
    control: promptControlFromWire(wire),
    translations: translationsFromWire(wire.translations),
    ...(wire.image?.url ? { imageUrl: wire.image.url } : {}),
  }
}

function promptControlFromWire(wire: Control__Output): PromptControl {
  if (wire.control_label) {
    const { minimal_display_time: sent } = wire.control_label
    const seconds = knownNumber('Label.minimal_display_time', sent, displaySeconds) ?? 0
    return { kind: 'label', label: wire.control_label.label, minimalDisplayTimeMs: seconds * 1_000 }
  }
  if (wire.control_yesno) return { kind: 'yesno', label: wire.control_yesno.label }
  if (wire.control_continue) return { kind: 'continue', label: wire.control_continue.label }
  if (wire.control_freetext) return { kind: 'freetext', label: wire.control_freetext.label }
  if (wire.control_options) {
    return { kind: 'options', label: wire.control_options.label, options: wire.control_options.options }
  }
  if (wire.control_number) {
    const minimum = knownNumber('Numbers.minimum', wire.control_number.minimum, uint32)
    const maximum = knownNumber('Numbers.maximum', wire.control_number.maximum, uint32)
    if (minimum === undefined || maximum === undefined) return { kind: 'unknown' }
    return { kind: 'number', label: wire.control_number.label, minimum, maximum }
  }
  return { kind: 'unknown' }
}

function translationsFromWire(wire: Control__Output['translations']): Translations {
  const byText = new Map<string, Record<string, string>>()
  for (const { label, translations } of wire) {
    const languages = byText.get(label) ?? {}
    for (const one of translations) {
      const language = /^[a-z]{2}/.exec(one.language.toLowerCase())?.[0]
      if (language) languages[language] ??= one.label
    }
    byText.set(label, languages)
  }
  return Object.fromEntries(byText)
}
