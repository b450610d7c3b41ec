// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import { languages } from '../../../shared/languages.ts'
import type { Outcome } from '../../../shared/outcome.ts'
import type { SessionView } from '../../../shared/session.ts'
import { formatTime } from '../../i18n/format.ts'
import { createTexts } from '../../i18n/i18n.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { sampleJob, sampleSession, sessionState } from '../../testing/sample-state.ts'

const now = Date.now()
const closing = { jobs: [sampleJob(now, { isSimulated: false })], question: 1 }
const asked = (more: Partial<SessionView> = {}, profileId = 'remote'): AppState => {
  const state = sessionState(now)
  const session = { ...sampleSession(now), ...more }
  const isSimulated = profileId === 'embedded'
  const job = sampleJob(now, { phase: session.phase, target: session.target, isSimulated })
  return {
    ...state,
    endpoint: { ...state.endpoint, profileId },
    jobs: [job],
    session,
    closing: { jobs: [job], question: 1 },
  }
}

const title = 'A session is still open'
const dialog = () => within(screen.getByRole('alertdialog', { name: title }))
const button = (name: string) => dialog().getByRole<HTMLButtonElement>('button', { name })
const answers = (...given: string[]) => given.map((answer) => ({ question: 1, answer }))

describe('the question about closing', () => {
  it('is not shown without a request to close', async () => {
    const app = await drawApp({ ...asked(), closing: null })
    expect(screen.queryByRole('alertdialog')).toBeNull()
    expect(app.fake.callsOf('closingShown')).toEqual([])
  })

  it('names the car, the ticket and the state, and confirms to main that it is shown', async () => {
    const app = await drawApp(asked())
    for (const text of ['K-329-XB · Volkswagen Golf VIII 1.5 eTSI', 'Ticket 7848095', 'Active']) {
      expect(dialog().getByText(text)).toBeTruthy()
    }
    expect(app.fake.callsOf('closingShown')).toEqual([{ question: 1 }])
  })

  it('names the connector while the car is unknown', async () => {
    const job = sampleJob(now, { target: { kind: 'connector', number: '9001' } })
    const { licensePlate: _plate, vehicleName: _name, lift: _lift, ...unknown } = job
    await drawApp({ ...asked(), closing: { jobs: [unknown], question: 1 } })
    expect(dialog().getByText('Adapter 9001')).toBeTruthy()
  })

  it('names every open job, and what is offered concerns all of them', async () => {
    const second = sampleJob(now, { id: 'job-2', handle: 'session-2', licensePlate: 'HB-FC 2108', lift: 'Lift 2' })
    const jobs = [sampleJob(now), second]
    const app = await drawApp({ ...asked(), jobs, closing: { jobs, question: 3 } })
    const several = within(screen.getByRole('alertdialog', { name: '2 sessions are still open' }))
    expect(several.getByText(/HB-FC 2108/)).toBeTruthy()
    expect(several.getByText(/K-329-XB/)).toBeTruthy()
    expect(several.queryByRole('button', { name: 'Finish first…' })).toBeNull()
    expect(several.getByText(/All these sessions stop at once/)).toBeTruthy()
    await app.user.click(several.getByRole('button', { name: 'Abort without result and close' }))
    expect(app.fake.callsOf('answerClosing')).toEqual([{ question: 3, answer: 'interrupt' }])
  })

  it('confirms to main for each further request that it is still shown', async () => {
    const app = await drawApp(asked())
    app.change({ closing: { ...closing, question: 2 } })
    expect(app.fake.callsOf('closingShown')).toEqual([{ question: 1 }, { question: 2 }])
  })

  it('is shown again after a reload', async () => {
    const app = await drawApp(asked())
    await app.reload()
    expect(screen.getByRole('alertdialog', { name: title })).toBeTruthy()
  })

  it('closes when main takes the question back', async () => {
    const app = await drawApp(asked())
    app.change({ closing: null })
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })
})

describe('going back', () => {
  it('is the effect of Escape', async () => {
    const app = await drawApp({ ...asked(), closing: null })
    app.change({ closing })
    await app.user.keyboard('{Escape}')
    await waitFor(() => expect(app.fake.callsOf('answerClosing')).toEqual(answers('stay')))
  })

  it('is the effect of the close button of the dialog', async () => {
    const app = await drawApp(asked())
    await app.user.click(button('Close'))
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('stay'))
  })

  it('keeps what was typed below it', async () => {
    const app = await drawApp({ ...asked(), closing: null })
    await app.user.click(screen.getByRole('button', { name: 'Finish…' }))
    await app.user.type(screen.getByRole('textbox', { name: 'Description' }), 'Half a sentence')
    await act(async () => app.fake.change({ closing }))
    await app.user.click(button('Go back'))
    await act(async () => app.fake.change({ closing: null }))
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Description' }).value).toBe('Half a sentence')
  })
})

describe('finishing first', () => {
  it('withdraws the request and opens the finish dialog', async () => {
    const app = await drawApp(asked())
    await app.user.click(button('Finish first…'))
    app.change({ closing: null })
    expect(await screen.findByRole('dialog', { name: 'Finish the session' })).toBeTruthy()
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('stay'))
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })

  it.each(['starting', 'claiming', 'finishing'] as const)('is not offered while %s', async (phase) => {
    await drawApp(asked({ phase }))
    expect(dialog().queryByRole('button', { name: 'Finish first…' })).toBeNull()
  })
})

describe('interrupting', () => {
  it('shows that it is under way and cannot be left or chosen twice', async () => {
    const app = await drawApp(asked())
    const reply = Promise.withResolvers<Outcome<null>>()
    app.fake.reply('answerClosing', () => reply.promise)
    await app.user.click(button('Abort without result and close'))
    expect(dialog().getByText('Aborting the session…')).toBeTruthy()
    await app.user.keyboard('{Escape}')
    await app.user.click(button('Leave open and close'))
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('interrupt'))
    reply.resolve({ ok: true, value: null })
  })

  it('shows in the dialog why it failed and what to do, and can be tried again', async () => {
    const app = await drawApp(asked())
    app.fake.reply('answerClosing', () => ({ ok: false, failure: fakeFailure('connection-lost', 'check-connection') }))
    await app.user.click(button('Abort without result and close'))
    const alert = within(await dialog().findByRole('alert'))
    expect(alert.getByText('The session could not be aborted')).toBeTruthy()
    expect(alert.getByText('The connection was lost before it was done.')).toBeTruthy()
    expect(alert.getByText(/The application is still open/)).toBeTruthy()
    app.fake.reply('answerClosing', () => ({ ok: true, value: null }))
    await app.user.click(button('Abort without result and close'))
    expect(dialog().queryByRole('alert')).toBeNull()
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('interrupt', 'interrupt'))
  })

  it('that fails because of a bug is reported too, and every choice stays available', async () => {
    const app = await drawApp(asked())
    app.fake.reply('answerClosing', () => {
      throw new Error('gone')
    })
    await app.user.click(button('Abort without result and close'))
    expect(await dialog().findByRole('alert')).toBeTruthy()
    expect(button('Go back').disabled).toBe(false)
  })

  it.each([
    ['it is being taken over', { phase: 'claiming', sessionId: undefined }],
    ['it is only starting', { phase: 'starting' }],
    ['its result is being stored', { phase: 'finishing' }],
  ] as const)('is not offered while %s', async (_when, more) => {
    await drawApp(asked(more))
    expect(dialog().queryByRole('button', { name: 'Abort without result and close' })).toBeNull()
    expect(button('Leave open and close')).toBeTruthy()
  })
})

describe('leaving the session open', () => {
  it('says how long the server keeps it and what the next start does', async () => {
    const app = await drawApp(asked())
    expect(dialog().getByText(new RegExp(`valid until ${formatTime(now + 239_000, 'en')}`))).toBeTruthy()
    expect(dialog().getByText(/recognises the session as its own/)).toBeTruthy()
    await app.user.click(button('Leave open and close'))
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('leave-open'))
    expect(dialog().getByText('Closing…')).toBeTruthy()
  })

  it('says on the built-in engine that the session ends with it', async () => {
    const app = await drawApp(asked({}, 'embedded'))
    expect(dialog().getByText(/built-in simulator closes together with the application/)).toBeTruthy()
    expect(dialog().queryByText(/valid until/)).toBeNull()
    await app.user.click(button('Close anyway'))
    expect(app.fake.callsOf('answerClosing')).toEqual(answers('leave-open'))
  })

  it.each(['remote', 'embedded'])(
    'while a result is being stored says how long closing waits (%s)',
    async (profile) => {
      await drawApp(asked({ phase: 'finishing' }, profile))
      expect(dialog().getByText(/Closing waits a few seconds for it/)).toBeTruthy()
    },
  )

  it('before the claim promises no time', async () => {
    await drawApp(asked({ phase: 'starting', token: undefined, sessionId: undefined }))
    expect(dialog().getByText(/not taken over yet/)).toBeTruthy()
    expect(dialog().queryByText(/valid until/)).toBeNull()
  })

  it.each(languages)('is offered in the language of the application (%s)', async (language) => {
    const state = asked()
    await drawApp({ ...state, settings: { ...state.settings, language } })
    const { t } = createTexts(language)
    const question = within(await screen.findByRole('alertdialog', { name: t('closing.title', { count: 1 }) }))
    for (const key of ['back', 'finish', 'interrupt', 'leave'] as const) {
      expect(question.getByRole('button', { name: t(`closing.${key}`) })).toBeTruthy()
    }
  })
})
