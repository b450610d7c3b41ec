// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { guardWindow, PromptGuard, typingPauseMs } from './prompt-guard.ts'

const arming = 100

/** A guard whose prompt `a` was painted at 1000. */
function guardAt1000(): PromptGuard {
  const guard = new PromptGuard(arming)
  guard.appeared('a')
  guard.painted('a', 1000)
  return guard
}

describe('PromptGuard', () => {
  it('allows a tap that began after the prompt was armed', () => {
    const guard = guardAt1000()
    guard.pointerBegan(1100)
    expect(guard.mayAnswer('a', 'pointer', 1150)).toBe(true)
  })

  it.each([
    ['before the prompt appeared', 900],
    ['when the prompt was painted', 1000],
    ['just before the prompt was armed', 1099],
  ])('refuses a tap that began %s, however long it lasts', (_when, at) => {
    const guard = guardAt1000()
    guard.pointerBegan(at)
    expect(guard.mayAnswer('a', 'pointer', 9000)).toBe(false)
  })

  // @proves Window: A tap or key from before a prompt never answers it
  it('refuses everything before the prompt was painted', () => {
    const guard = new PromptGuard(arming)
    guard.appeared('a')
    guard.pointerBegan(5000)
    expect(guard.mayAnswer('a', 'pointer', 5001)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 5001)).toBe(false)
  })

  it('refuses a tap that began on the previous prompt', () => {
    const guard = guardAt1000()
    guard.pointerBegan(2000)
    guard.appeared('b')
    guard.painted('b', 2010)
    expect(guard.mayAnswer('b', 'pointer', 3000)).toBe(false)
  })

  it('refuses an answer to a prompt that is no longer on the screen', () => {
    const guard = guardAt1000()
    guard.pointerBegan(2000)
    guard.appeared('b')
    expect(guard.mayAnswer('a', 'pointer', 2001)).toBe(false)
  })

  it('arms a prompt again when it comes back', () => {
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

  it('does not arm again when the same prompt is redrawn', () => {
    const guard = guardAt1000()
    guard.appeared('a')
    guard.painted('a', 5000)
    guard.pointerBegan(1200)
    expect(guard.mayAnswer('a', 'pointer', 1201)).toBe(true)
  })

  it('refuses a pointer press without a start', () => {
    expect(guardAt1000().mayAnswer('a', 'pointer', 5000)).toBe(false)
  })

  it('allows a key that went down after the prompt was armed, held or just released', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'Enter', at: 1200 })
    expect(guard.mayAnswer('a', 'keyboard', 1201)).toBe(true)
    guard.keyEnded('Enter', 1250)
    expect(guard.mayAnswer('a', 'keyboard', 1250)).toBe(true)
  })

  it('refuses a key that was held before, also while it repeats and when it is released', () => {
    const guard = new PromptGuard(arming)
    guard.keyBegan({ code: 'Enter', at: 500 })
    guard.appeared('a')
    guard.painted('a', 1000)
    guard.keyBegan({ code: 'Enter', at: 1500, isRepeat: true })
    expect(guard.mayAnswer('a', 'keyboard', 1501)).toBe(false)
    guard.keyEnded('Enter', 1600)
    expect(guard.mayAnswer('a', 'keyboard', 1600)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 1600)).toBe(false)
  })

  it('refuses a key without a keydown', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'Space', at: 1500, isRepeat: true })
    expect(guard.mayAnswer('a', 'keyboard', 1501)).toBe(false)
    guard.keyEnded('Space', 1502)
    expect(guard.mayAnswer('a', 'keyboard', 1502)).toBe(false)
  })

  it('allows the next press of the same key', () => {
    const guard = new PromptGuard(arming)
    guard.keyBegan({ code: 'Enter', at: 500 })
    guard.appeared('a')
    guard.painted('a', 1000)
    guard.keyEnded('Enter', 1300)
    guard.keyBegan({ code: 'Enter', at: 1400 })
    expect(guard.mayAnswer('a', 'keyboard', 1401)).toBe(true)
  })

  it('drops held keys when the window loses the focus', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'F9', at: 900 })
    guard.keysForgotten()
    guard.keyBegan({ code: 'Enter', at: 2000 })
    expect(guard.mayAnswer('a', 'keyboard', 2001)).toBe(true)
  })

  it('allows a press of assistive technology, which has no start, once armed', () => {
    const guard = guardAt1000()
    expect(guard.mayAnswer('a', 'virtual', 1050)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 1100)).toBe(true)
  })

  it('allows a press of assistive technology long after an early key was released', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'KeyX', at: 900 })
    guard.keyEnded('KeyX', 950)
    expect(guard.mayAnswer('a', 'virtual', 1100)).toBe(true)
  })
})

describe('PromptGuard and key codes', () => {
  it('releases a key at its next press, however long it was silent', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'KeyA', at: 900 })
    expect(guard.mayAnswer('a', 'virtual', 10_899)).toBe(false)
    expect(guard.mayAnswer('a', 'virtual', 10_900)).toBe(true)
  })

  it('still refuses a key that was held so long that it was dropped', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'Enter', at: 900 })
    guard.keyBegan({ code: 'Enter', at: 20_000, isRepeat: true })
    expect(guard.mayAnswer('a', 'keyboard', 20_001)).toBe(false)
    guard.keyEnded('Enter', 20_010)
    expect(guard.mayAnswer('a', 'keyboard', 20_011)).toBe(false)
  })

  it('keeps a key for as long as it repeats', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'KeyA', at: 900 })
    for (let at = 1_400; at < 30_000; at += 500) guard.keyBegan({ code: 'KeyA', at, isRepeat: true })
    expect(guard.mayAnswer('a', 'virtual', 30_000)).toBe(false)
  })

  it('allows a key without a code, as from an on-screen keyboard', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: '', at: 900 })
    guard.keyEnded('', 950)
    expect(guard.mayAnswer('a', 'keyboard', 1_150)).toBe(false)
    guard.keyBegan({ code: '', at: 1_400 })
    expect(guard.mayAnswer('a', 'keyboard', 1_401)).toBe(true)
    guard.keyBegan({ code: '', at: 1_500, isRepeat: true })
    expect(guard.mayAnswer('a', 'keyboard', 1_501)).toBe(false)
  })

  it('refuses the key that confirms a composition, and accepts the next one', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'Enter', at: 2_000, isComposing: true })
    expect(guard.mayAnswer('a', 'keyboard', 2_001)).toBe(false)
    guard.keyEnded('Enter', 2_050)
    expect(guard.mayAnswer('a', 'keyboard', 2_051)).toBe(false)
    guard.keyBegan({ code: 'Enter', at: 2_100 })
    expect(guard.mayAnswer('a', 'keyboard', 2_101)).toBe(true)
  })

  it('lets only keys type into a prompt that went down on it', () => {
    const guard = guardAt1000()
    guard.keyBegan({ code: 'Digit4', at: 1_050 })
    expect(guard.mayType('a', 'Digit4')).toBe(false)
    guard.keyEnded('Digit4', 1_200)
    guard.keyBegan({ code: 'Digit4', at: 1_400 })
    expect(guard.mayType('a', 'Digit4')).toBe(true)
    expect(guard.mayType('a', 'Digit5')).toBe(false)
  })

  it('reports typing until no key was pressed for a moment', () => {
    const guard = guardAt1000()
    expect(guard.isTyping(1_000)).toBe(false)
    guard.keyBegan({ code: 'Digit4', at: 1_000 })
    guard.keyEnded('Digit4', 1_050)
    expect(guard.isTyping(1_000 + typingPauseMs - 1)).toBe(true)
    expect(guard.isTyping(1_000 + typingPauseMs)).toBe(false)
  })
})

/** Sends a key to the page as Chromium does; `keyCode` is 229 while an input method takes the key. */
function key(
  type: 'keydown' | 'keyup',
  code: string,
  name: string,
  more: KeyboardEventInit & { keyCode?: number } = {},
) {
  document.body.dispatchEvent(new KeyboardEvent(type, { code, key: name, bubbles: true, ...more }))
}

describe('keys that change between down and up', () => {
  it.each<[string, () => void]>([
    [
      'Shift that is released before its letter',
      () => {
        key('keydown', 'ShiftLeft', 'Shift')
        key('keydown', 'KeyA', 'A')
        key('keyup', 'ShiftLeft', 'Shift')
        key('keyup', 'KeyA', 'a')
      },
    ],
    [
      'a letter that goes down before Shift',
      () => {
        key('keydown', 'KeyA', 'a')
        key('keydown', 'ShiftLeft', 'Shift')
        key('keyup', 'KeyA', 'A')
        key('keyup', 'ShiftLeft', 'Shift')
      },
    ],
    [
      'a digit of a French keyboard',
      () => {
        key('keydown', 'ShiftRight', 'Shift')
        key('keydown', 'Digit4', '4')
        key('keyup', 'ShiftRight', 'Shift')
        key('keyup', 'Digit4', "'")
      },
    ],
    [
      'AltGr, which Windows reports as Control and Alt, sometimes without one keyup',
      () => {
        key('keydown', 'ControlLeft', 'Control')
        key('keydown', 'AltRight', 'AltGraph')
        key('keydown', 'KeyQ', '@')
        key('keyup', 'AltRight', 'AltGraph')
        key('keyup', 'KeyQ', 'q')
      },
    ],
    [
      'an input method that hides the code and the keyup of a key',
      () => {
        key('keydown', '', 'Process', { keyCode: 229 })
        key('keydown', 'KeyN', 'Process', { keyCode: 229 })
        key('keydown', 'KeyI', 'i', { isComposing: true })
      },
    ],
  ])('never block the keyboard: %s', (_name, type) => {
    const guard = new PromptGuard(0)
    const stop = guardWindow(guard, window)
    type()
    guard.appeared('a')
    guard.painted('a', performance.now())
    key('keydown', 'Enter', 'Enter')
    expect(guard.mayAnswer('a', 'keyboard', performance.now())).toBe(true)
    stop()
  })

  it.each([
    ['the window loses the focus', () => window.dispatchEvent(new Event('blur'))],
    ['the window is hidden or shown', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('are dropped when %s', (_name, happen) => {
    const guard = new PromptGuard(0)
    const stop = guardWindow(guard, window)
    key('keydown', 'KeyA', 'a')
    happen()
    expect(guard.isTyping(performance.now() + typingPauseMs)).toBe(false)
    stop()
  })
})

describe('guardWindow', () => {
  it('receives presses before anything can stop them, until its end', () => {
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
