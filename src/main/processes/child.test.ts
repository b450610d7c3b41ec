import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeChild } from '../testing/fake-child.ts'
import { endChild, lineSplitter } from './child.ts'

describe('the lines of a child process', () => {
  const split = (...chunks: (string | Buffer)[]) => {
    const lines: string[] = []
    const push = lineSplitter((line) => lines.push(line))
    for (const chunk of chunks) push(chunk)
    return lines
  }

  it.each<[string, (string | Buffer)[], string[]]>([
    ['nothing before the end of a line', ['half'], []],
    ['whole lines, also empty ones', ['a\n\nb\n'], ['a', '', 'b']],
    ['a line in two pieces', ['first ', 'line\nrest'], ['first line']],
    ['both kinds of line ends, and a return inside a line', ['a\r\nb\rc\r\n'], ['a', 'b\rc']],
    ['a character in two pieces', [Buffer.of(0xc3), Buffer.of(0xa4, 0x0a)], ['ä']],
  ])('are %s', (_title, chunks, lines) => {
    expect(split(...chunks)).toEqual(lines)
  })

  it('may be 64 KiB long; a longer one is dropped, and the next one is whole', () => {
    const longest = 'x'.repeat(64 * 1024)
    expect(split(longest, '\n')).toEqual([longest])
    expect(split(`${longest}x`, '\n', 'next\n')).toEqual(['', 'next'])
  })
})

describe('the end of a child process', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is asked for, and true when the process ends in time', async () => {
    const child = new FakeChild()
    const exited = new Promise((resolve) => child.onExit(resolve))
    const ended = endChild(child, exited, { type: 'stop' }, 1_000)
    await vi.advanceTimersByTimeAsync(999)
    expect([child.posted, child.killed]).toEqual([[{ type: 'stop' }], 0])
    child.exit(0)
    expect(await ended).toBe(true)
    expect([child.killed, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('is forced after the limit, and false', async () => {
    const child = new FakeChild()
    const ended = endChild(child, new Promise(() => undefined), { type: 'stop' }, 1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([await ended, child.killed]).toEqual([false, 1])
  })
})
