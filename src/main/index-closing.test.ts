import { describe, expect, it, vi } from 'vitest'
import { tileIn } from './testing/job-tile.ts'
import { backend, type Fake, interruptSession, launchReady, names, preventable } from './testing/launch-entry.ts'

describe('closing while a session is open', () => {
  async function withSession() {
    const { fake, window } = await launchReady()
    const publisher = await vi.waitFor(() => {
      if (!backend.publisher) throw new Error('no back end yet')
      return backend.publisher
    })
    publisher.set('jobs', [tileIn('active')])
    const event = {
      sender: { id: window.webContents.id },
      senderFrame: { url: 'app://bundle/index.html', parent: null },
    }
    const answer = (choice: string) => fake.handlers.get('answerClosing')?.(event, { question: 1, answer: choice })
    const asked = () => publisher.state.closing
    return { fake, window, publisher, answer, asked }
  }
  const ended = (fake: Fake) => vi.waitFor(() => expect(backend.stops).toBe(1)).then(() => names(fake))

  it('keeps the window, asks in it and does not stop the back end', async () => {
    const { fake, window, asked } = await withSession()
    window.close()
    expect(window.destroyed).toBe(false)
    expect(asked()).toEqual({ jobs: [tileIn('active')], question: 1 })
    expect(names(fake).slice(-3)).toEqual(['window.restore', 'window.show', 'window.focus'])
    expect(names(fake)).not.toContain('app.quit')
    expect(backend.stops).toBe(0)
  })

  it('by quitting keeps everything, and a page that crashes still comes back', async () => {
    const { fake, window, asked } = await withSession()
    const event = preventable()
    fake.electron.app.emit('before-quit', event)
    expect(event.prevented).toBe(true)
    expect(asked()).toEqual({ jobs: [tileIn('active')], question: 1 })
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    await vi.waitFor(() => expect(fake.windows).toHaveLength(2))
    expect(asked()).toEqual({ jobs: [tileIn('active')], question: 1 })
    expect(backend.stops).toBe(0)
  })

  it('continues after the person has left the session open', async () => {
    const { fake, window, answer } = await withSession()
    window.close()
    expect(await answer('leave-open')).toEqual({ ok: true, value: null })
    await ended(fake)
    await vi.waitFor(() => expect(window.destroyed).toBe(true))
    expect(interruptSession).not.toHaveBeenCalled()
  })

  it('continues after the session was interrupted', async () => {
    const { fake, window, answer } = await withSession()
    window.close()
    await answer('interrupt')
    expect(interruptSession).toHaveBeenCalledExactlyOnceWith({ handle: 'ours' })
    await ended(fake)
    await vi.waitFor(() => expect(window.destroyed).toBe(true))
  })

  it('does not continue when the person stays', async () => {
    const { fake, window, answer, asked } = await withSession()
    window.close()
    await answer('stay')
    expect(asked()).toBeNull()
    expect(window.destroyed).toBe(false)
    expect(names(fake)).not.toContain('app.quit')
  })

  it.each(['interrupt', 'leave-open', 'quit', undefined])(
    'refuses the answer %s without a question',
    async (choice) => {
      const { answer } = await withSession()
      expect(await answer(choice as string)).toMatchObject({ ok: false })
      expect(backend.stops).toBe(0)
    },
  )

  it('does not ask when the session has ended', async () => {
    const { window, publisher, asked } = await withSession()
    window.close()
    publisher.set('jobs', [tileIn('ended')])
    expect(asked()).toBeNull()
    window.close()
    expect(window.destroyed).toBe(true)
  })

  it.each([
    ['the computer shuts down', (fake: Fake) => fake.electron.powerMonitor.emit('shutdown')],
    ['Windows logs the person off', (fake: Fake) => fake.windows[0]?.emit('session-end', { reasons: ['logoff'] })],
  ])('holds nothing back while %s', async (_what, systemEnds) => {
    const { fake, window, asked } = await withSession()
    systemEnds(fake)
    const event = preventable()
    fake.electron.app.emit('before-quit', event)
    expect(event.prevented).toBe(false)
    window.close()
    expect(window.destroyed).toBe(true)
    expect(asked()).toBeNull()
    await ended(fake)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends cleanly and without a question on %s', async (signal) => {
    const { fake, asked } = await withSession()
    process.emit(signal)
    expect(asked()).toBeNull()
    expect(await ended(fake)).toContain('app.quit')
  })

  it('is not caused by a second start, which only brings the window to the front', async () => {
    const { fake, asked } = await withSession()
    fake.electron.app.emit('second-instance', {}, [], '/')
    expect(asked()).toBeNull()
    expect(fake.windows).toHaveLength(1)
  })
})
