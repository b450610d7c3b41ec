import type { TFunction } from 'i18next'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** `4:05`: for countdowns. Never below zero. */
export function formatCountdown(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / second))
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`
}

/** A duration in its two largest units. */
export function formatDuration(t: TFunction, ms: number): string {
  if (ms < minute) return t('time.seconds', { count: Math.max(0, Math.floor(ms / second)) })
  if (ms < hour) return t('time.minutes', { count: Math.floor(ms / minute) })
  return t('time.hours', { hours: Math.floor(ms / hour), minutes: Math.floor((ms % hour) / minute) })
}

/** A running time as minutes and seconds, from an hour on with hours. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / second))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  const rest = `${two(seconds % 60)}`
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`
}

/** How long ago something happened. */
export function formatAge(t: TFunction, ms: number): string {
  return ms < 2 * second ? t('time.justNow') : t('time.ago', { time: formatDuration(t, ms) })
}

type Format = 'time' | 'moment' | 'day' | 'clock'

const forms: Record<Format, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  moment: { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' },
  day: { dateStyle: 'full' },
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
}

/** A formatter takes far longer to make than to use, and lists use one per row. */
const known = new Map<string, Intl.DateTimeFormat>()

function formatted(at: number, language: string, form: Format): string {
  const name = `${language} ${form}`
  const format = known.get(name) ?? new Intl.DateTimeFormat(language, forms[form])
  known.set(name, format)
  return format.format(at)
}

/** A time of day in the language of the application. */
export const formatTime = (at: number, language: string): string => formatted(at, language, 'time')

/** A day and a time in the language of the application. */
export const formatMoment = (at: number, language: string): string => formatted(at, language, 'moment')

/** A day in the language of the application. */
export const formatDay = (at: number, language: string): string => formatted(at, language, 'day')

/** Hours and minutes in the language of the application. */
export const formatClock = (at: number, language: string): string => formatted(at, language, 'clock')

/** A decimal number in the language of the application. */
export const formatDecimal = (value: number, language: string, digits: number): string =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
