import { succeeded } from '../../shared/outcome.ts'
/** Limits of the arguments of one call from the renderer. */
export const argumentCaps = { bytes: 64 * 1024, depth: 8, items: 1000, stringBytes: 16 * 1024 } as const

const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype'])

class CapExceeded extends Error {}

/**
 * A deep copy of plain data without keys that could reach a prototype; undefined in `ok: false` when it is not plain data
 * (classes, buffers, functions, cycles deeper than the cap) or larger than the caps.
 */
export function copyPlainData(value: unknown): { ok: true; value: unknown } | { ok: false } {
  const used = { bytes: 0, items: 0 }
  try {
    return succeeded(copy(value, 0, used))
  } catch (error) {
    if (error instanceof CapExceeded) return { ok: false }
    throw error
  }
}

function copy(value: unknown, depth: number, used: { bytes: number; items: number }): unknown {
  if (depth > argumentCaps.depth) throw new CapExceeded()
  if (typeof value === 'string') return countBytes(value, used)
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number') {
    used.bytes += 8
    if (used.bytes > argumentCaps.bytes) throw new CapExceeded()
    return value
  }
  if (Array.isArray(value)) return copyArray(value, depth, used)
  if (typeof value === 'object' && isPlain(value)) return copyObject(value, depth, used)
  throw new CapExceeded()
}

function countBytes(text: string, used: { bytes: number }): string {
  // UTF-8 never has fewer bytes than the string has code units, so a huge string is refused without encoding it.
  const bytes = text.length > argumentCaps.stringBytes ? Number.POSITIVE_INFINITY : Buffer.byteLength(text)
  used.bytes += bytes
  if (bytes > argumentCaps.stringBytes || used.bytes > argumentCaps.bytes) throw new CapExceeded()
  return text
}

function copyArray(list: readonly unknown[], depth: number, used: { bytes: number; items: number }): unknown[] {
  used.items += list.length
  if (used.items > argumentCaps.items) throw new CapExceeded()
  return Array.from(list, (item) => copy(item, depth + 1, used))
}

function copyObject(source: object, depth: number, used: { bytes: number; items: number }): Record<string, unknown> {
  const target: Record<string, unknown> = {}
  for (const key of Object.keys(source)) {
    used.items += 1
    if (used.items > argumentCaps.items) throw new CapExceeded()
    countBytes(key, used)
    if (prototypeKeys.has(key)) continue
    target[key] = copy(Reflect.get(source, key), depth + 1, used)
  }
  return target
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
