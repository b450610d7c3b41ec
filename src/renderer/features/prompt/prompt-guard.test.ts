// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { guardWindow, PromptGuard } from './prompt-guard.ts'

const arming = 100

/** A guard whose prompt `a` was painted at 1000. */
function guardAt1000(): PromptGuard {
  const guard = new PromptGuard(arming)
  guard.appeared('a')
  guard.painted('a', 1000)
  return guard
}

describe('PromptGuard', () => {
  it('lets a tap answer that began after the arming', () => {
    const guard = guardAt1000()
    guard.pointerBegan(1100)
    expect(guard.mayAnswer('a', 'pointer', 1150)).toBe(true)
  })

  it.each([
    ['before the prompt appeared', 900],
    ['in the moment it was painted', 1000],
    ['just before the arming is over', 1099],
  ])('refuses a tap that began %s, however long it lasts', (_when, at) => {
    const guard = guardAt1000()
    guard.pointerBegan(at)
    expect(guard.mayAnswer('a', 'pointer', 9000)).toBe(false)
  })

  it('refuses everything before the prompt was painted', () => {
    const guard = new PromptGuard(arming)
    guard.appeared('a')
    guard.pointerBegan(5000)
    expect(guard.mayAnswer('a', 'pointer', 5001)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 5001)).toBe(false)
  })

  it('refuses a tap that began on the prompt before', () => {
    const guard = guardAt1000()
    guard.pointerBegan(2000)
    guard.appeared('b')
    guard.painted('b', 2010)
    expect(guard.mayAnswer('b', 'pointer', 3000)).toBe(false)
  })

  it('refuses an answer to a prompt that is not on the screen any more', () => {
    const guard = guardAt1000()
    guard.pointerBegan(2000)
    guard.appeared('b')
    expect(guard.mayAnswer('a', 'pointer', 2001)).toBe(false)
  })

  it('arms a prompt that comes back anew', () => {
    const guard = guardAt1000()
    guard.appeared('b')
    guard.appeared('a')
    guard.pointerBegan(5000)
    expect(guard.mayAnswer('a', 'pointer', 5000)).toBe(false)
    guard.painted('a', 5000)
    guard.pointerBegan(5100)
    expect(guard.mayAnswer('a', 'pointer', 5110)).toBe(true)
  })

  it('ignores a late report that another prompt was painted', () => {
    const guard = guardAt1000()
    guard.appeared('b')
    guard.painted('a', 2000)
    guard.pointerBegan(9000)
    expect(guard.mayAnswer('b', 'pointer', 9000)).toBe(false)
  })

  it('does not arm anew when the same prompt is drawn again', () => {
    const guard = guardAt1000()
    guard.appeared('a')
    guard.painted('a', 5000)
    guard.pointerBegan(1200)
    expect(guard.mayAnswer('a', 'pointer', 1201)).toBe(true)
  })

  it('refuses a pointer press without a beginning', () => {
    expect(guardAt1000().mayAnswer('a', 'pointer', 5000)).toBe(false)
  })

  it('lets a key answer that went down after the arming, held or just released', () => {
    const guard = guardAt1000()
    guard.keyBegan('Enter', 1200, false)
    expect(guard.mayAnswer('a', 'keyboard', 1201)).toBe(true)
    guard.keyEnded('Enter', 1250)
    expect(guard.mayAnswer('a', 'keyboard', 1250)).toBe(true)
  })

  it('refuses a key that was held before, also while it repeats and when it is released', () => {
    const guard = new PromptGuard(arming)
    guard.keyBegan('Enter', 500, false)
    guard.appeared('a')
    guard.painted('a', 1000)
    guard.keyBegan('Enter', 1500, true)
    expect(guard.mayAnswer('a', 'keyboard', 1501)).toBe(false)
    guard.keyEnded('Enter', 1600)
    expect(guard.mayAnswer('a', 'keyboard', 1600)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 1600)).toBe(false)
  })

  it('refuses a key whose beginning was never heard', () => {
    const guard = guardAt1000()
    guard.keyBegan(' ', 1500, true)
    expect(guard.mayAnswer('a', 'keyboard', 1501)).toBe(false)
    guard.keyEnded(' ', 1502)
    expect(guard.mayAnswer('a', 'keyboard', 1502)).toBe(false)
  })

  it('lets the next press of the same key answer', () => {
    const guard = new PromptGuard(arming)
    guard.keyBegan('Enter', 500, false)
    guard.appeared('a')
    guard.painted('a', 1000)
    guard.keyEnded('Enter', 1300)
    guard.keyBegan('Enter', 1400, false)
    expect(guard.mayAnswer('a', 'keyboard', 1401)).toBe(true)
  })

  it('forgets held keys when the window loses the keyboard', () => {
    const guard = guardAt1000()
    guard.keyBegan('Alt', 900, false)
    guard.keysForgotten()
    guard.keyBegan('Enter', 2000, false)
    expect(guard.mayAnswer('a', 'keyboard', 2001)).toBe(true)
  })

  it('lets assistive technology press without a beginning once armed', () => {
    const guard = guardAt1000()
    expect(guard.mayAnswer('a', 'virtual', 1050)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 1100)).toBe(true)
  })

  it('lets assistive technology press long after an early key was released', () => {
    const guard = guardAt1000()
    guard.keyBegan('x', 900, false)
    guard.keyEnded('x', 950)
    expect(guard.mayAnswer('a', 'virtual', 1100)).toBe(true)
  })
})

describe('guardWindow', () => {
  it('hears presses before anything can stop them and stops hearing at the end', () => {
    const guard = new PromptGuard(0)
    guard.appeared('a')
    guard.painted('a', 0)
    const stop = guardWindow(guard, window)
    const stopEvent = (event: Event) => event.stopImmediatePropagation()
    document.body.addEventListener('pointerdown', stopEvent)
    document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))
    expect(guard.mayAnswer('a', 'pointer', performance.now())).toBe(true)
    stop()
    document.body.removeEventListener('pointerdown', stopEvent)
    guard.appeared('b')
    guard.painted('b', 0)
    document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))
    expect(guard.mayAnswer('b', 'pointer', performance.now())).toBe(false)
  })
})
