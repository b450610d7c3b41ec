import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeElectron } from './testing/fake-electron.ts'
import type { MainWindow as MainWindowType } from './window.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function setUp() {
  vi.resetModules()
  const fake = createFakeElectron()
  vi.doMock('electron', () => ({ ...fake.electron, default: fake.electron }))
  const { MainWindow } = await import('./window.ts')
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const world = { mayClose: true, systemEnds: 0 }
  const main: MainWindowType = new MainWindow({
    preload: '/preload.cjs',
    logger,
    mayClose: () => world.mayClose,
    onSystemEnd: () => {
      world.systemEnds += 1
    },
  })
  main.show()
  const window = fake.windows[0]
  if (!window) throw new Error('no window')
  const names = () => fake.calls.map(({ name }) => name)
  return { fake, main, window, logger, world, names }
}

/** Ends the page of the newest window. */
const crash = (fake: ReturnType<typeof createFakeElectron>, reason = 'crashed') =>
  fake.windows.at(-1)?.webContents.emit('render-process-gone', {}, { reason })

describe('the one window', () => {
  it('has its size, its title and no menu bar, and is shown when its page is ready', async () => {
    const { window, names } = await setUp()
    expect(window.options).toMatchObject({
      width: 1280,
      height: 720,
      minWidth: 800,
      minHeight: 600,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: '#f4f5f7',
      title: 'Workbench for openOBD',
    })
    expect(names()).not.toContain('window.show')
    window.emit('ready-to-show')
    window.emit('ready-to-show')
    expect(names().filter((name) => name === 'window.show')).toHaveLength(1)
  })

  it('comes to the front; a minimised one is restored first', async () => {
    const { fake, main, window, names } = await setUp()
    main.show()
    expect(names().slice(-3)).toEqual(['window.restore', 'window.show', 'window.focus'])
    Object.assign(window, { isMinimized: () => false })
    const before = fake.calls.length
    main.show()
    expect(names().slice(before)).toEqual(['window.show', 'window.focus'])
    expect(fake.windows).toHaveLength(1)
  })

  it('is made again when it was closed or destroyed', async () => {
    const { fake, main, window } = await setUp()
    window.destroyed = true
    main.show()
    expect(fake.windows).toHaveLength(2)
    fake.windows[1]?.close()
    main.show()
    expect(fake.windows).toHaveLength(3)
  })

  it('stays open when it may not be closed', async () => {
    const { window, world } = await setUp()
    world.mayClose = false
    window.close()
    expect(window.destroyed).toBe(false)
    world.mayClose = true
    window.close()
    expect(window.destroyed).toBe(true)
  })

  it('says when Windows ends', async () => {
    const { window, world } = await setUp()
    window.emit('session-end')
    expect(world.systemEnds).toBe(1)
  })

  it('is destroyed once', async () => {
    const { main, names } = await setUp()
    main.destroy()
    main.destroy()
    expect(names().filter((name) => name === 'window.destroy')).toHaveLength(1)
  })

  it('says in the log that its page could not be loaded', async () => {
    const { fake, main, logger, window } = await setUp()
    window.close()
    vi.spyOn(fake.electron.BrowserWindow.prototype, 'loadURL').mockRejectedValue(new Error('no file'))
    main.show()
    await vi.advanceTimersByTimeAsync(0)
    expect(logger.error).toHaveBeenCalledExactlyOnceWith('the page could not be loaded')
  })
})

describe('the page of the window', () => {
  it('is the only sender that is ours, and gets every event', async () => {
    const { main, window } = await setUp()
    const { id, sent } = window.webContents
    expect([main.owns(id), main.owns(id + 1)]).toEqual([true, false])
    main.send('stateChanged', 1)
    expect(sent).toEqual([{ channel: 'stateChanged', payload: 1 }])
  })

  it('gets nothing once it, or its window, is gone', async () => {
    const { main, window } = await setUp()
    const { id, sent } = window.webContents
    Object.assign(window.webContents, { isDestroyed: () => true })
    main.send('stateChanged', 1)
    Object.assign(window.webContents, { isDestroyed: () => false })
    window.destroyed = true
    main.send('stateChanged', 2)
    expect(main.owns(id)).toBe(false)
    window.emit('closed')
    main.send('stateChanged', 3)
    expect(main.owns(id)).toBe(false)
    expect(() => main.destroy()).not.toThrow()
    expect(sent).toEqual([])
  })
})

describe('a page that ends', () => {
  it('is replaced at once, and the window of the broken one is destroyed after the new one was made', async () => {
    const { fake, main, window, logger, names } = await setUp()
    crash(fake, 'oom')
    expect(logger.error).toHaveBeenCalledExactlyOnceWith('the page ended and its window is rebuilt', {
      reason: 'oom',
      count: 1,
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(names().slice(-3)).toEqual(['BrowserWindow', 'loadURL', 'window.destroy'])
    expect(window.destroyed).toBe(true)
    expect(main.owns(fake.windows[1]?.webContents.id ?? 0)).toBe(true)
  })

  it('comes back later each time, at most one and a half seconds', async () => {
    const { fake, logger } = await setUp()
    for (const [number, delayMs] of [0, 250, 500, 750, 1000, 1250, 1500, 1500].entries()) {
      crash(fake)
      if (delayMs > 0) await vi.advanceTimersByTimeAsync(delayMs - 1)
      expect(fake.windows).toHaveLength(number + 1)
      await vi.advanceTimersByTimeAsync(1)
      expect(fake.windows).toHaveLength(number + 2)
      expect(logger.error).toHaveBeenLastCalledWith(expect.any(String), { reason: 'crashed', count: number + 1 })
    }
  })

  it('by itself is not replaced, and one that hangs is', async () => {
    const { fake, window, logger } = await setUp()
    crash(fake, 'clean-exit')
    await vi.advanceTimersByTimeAsync(10)
    expect(fake.windows).toHaveLength(1)
    window.emit('unresponsive')
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(expect.any(String), { reason: 'unresponsive', count: 1 })
    await vi.advanceTimersByTimeAsync(10)
    expect(fake.windows).toHaveLength(2)
  })

  it('is replaced once, even when its window reports it twice, also afterwards', async () => {
    const { fake, window } = await setUp()
    crash(fake)
    window.emit('unresponsive')
    await vi.advanceTimersByTimeAsync(2_000)
    window.emit('unresponsive')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(fake.windows).toHaveLength(2)
  })

  it.each(['before', 'while'])('is not replaced %s the application ends', async (when) => {
    const { fake, main, logger } = await setUp()
    if (when === 'before') main.release()
    crash(fake)
    main.release()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(fake.windows).toHaveLength(1)
    expect(logger.error).toHaveBeenCalledTimes(when === 'before' ? 0 : 1)
  })

  it('is replaced when its window is destroyed already', async () => {
    const { fake, window, names } = await setUp()
    crash(fake)
    window.destroyed = true
    await vi.advanceTimersByTimeAsync(0)
    expect(fake.windows).toHaveLength(2)
    expect(names()).not.toContain('window.destroy')
  })
})
