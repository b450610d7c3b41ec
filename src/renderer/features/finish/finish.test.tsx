// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/app-state.ts'
import type { FunctionRun, SessionEnd } from '../../../shared/session.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { sampleLink, sampleRun, sampleSession, sessionState } from '../../testing/sample-state.ts'

const now = Date.now()
const withRun = (functionRun: FunctionRun | undefined): AppState => ({
  ...sessionState(now),
  session: { ...sampleSession(now), functionRun },
})

async function openDialog(state: AppState) {
  const app = await drawApp(state)
  await app.user.click(screen.getByRole('button', { name: 'Finish…' }))
  return app
}

const dialog = () => within(screen.getByRole('dialog', { name: 'Finish the session' }))
const outcome = (name: string) => dialog().getByRole<HTMLInputElement>('radio', { name })
const result = (name: string) => dialog().getByRole<HTMLInputElement>('checkbox', { name })
const finishButton = () => dialog().getByRole<HTMLButtonElement>('button', { name: 'Finish session' })

describe('the finish dialog', () => {
  it('finishes with every result, the feedback and the description that were chosen', async () => {
    const app = await openDialog(withRun(undefined))
    await app.user.click(outcome('Not finished'))
    expect(finishButton().disabled).toBe(true)
    await app.user.click(result('Still has to be checked'))
    await app.user.click(result('Still has to be completed'))
    await app.user.click(dialog().getByRole('radio', { name: 'I need help' }))
    await app.user.type(dialog().getByRole('textbox', { name: 'Description' }), 'Test drive')
    await app.user.click(finishButton())
    expect(app.fake.callsOf('finishSession')).toEqual([
      {
        handle: 'session-1',
        serviceResult: {
          results: ['needs-validation', 'needs-completion'],
          userFeedback: 'assistance-requested',
          description: 'Test drive',
        },
      },
    ])
  })

  // @proves Window: The dialogs that end a session say in large letters whose car it is
  it('says whose car it is', async () => {
    await openDialog(withRun(undefined))
    expect(dialog().getByText('K-329-XB')).toBeTruthy()
  })

  it('keeps a description that is too long uncut and does not send it', async () => {
    const app = await openDialog(withRun(undefined))
    await app.user.click(outcome('Done'))
    const description = dialog().getByRole<HTMLTextAreaElement>('textbox', { name: 'Description' })
    await app.user.click(description)
    await app.user.paste('x'.repeat(4_001))
    expect(description.value).toHaveLength(4_001)
    expect(dialog().getByText(/^Too long: 4001 characters, at most 4000/)).toBeTruthy()
    expect(finishButton().disabled).toBe(true)
    await app.user.keyboard('{Backspace}')
    expect(finishButton().disabled).toBe(false)
  })

  it('cannot be sent without a result', async () => {
    await openDialog(withRun(undefined))
    expect(finishButton().disabled).toBe(true)
    expect(dialog().getByText('Choose how it went.')).toBeTruthy()
  })

  it('shows the names of the protocol only in details that are closed', async () => {
    const app = await openDialog(withRun(undefined))
    expect(dialog().queryByText(/^(RESULT|USER)_/)).toBeNull()
    await app.user.click(outcome('Failed'))
    await app.user.click(result('Communication with the car failed'))
    const name = dialog().getByText('RESULT_FAILURE_COMMUNICATION_ERROR')
    expect(name.closest('details')?.open).toBe(false)
  })

  it('asks for a reason after an outcome that needs one, and forgets the reason of another outcome', async () => {
    const app = await openDialog(withRun(undefined))
    expect(dialog().queryByRole('checkbox')).toBeNull()
    await app.user.click(outcome('Failed'))
    expect(dialog().getByRole('group', { name: 'Why did it fail?' })).toBeTruthy()
    expect(dialog().getByText('Choose a reason.')).toBeTruthy()
    await app.user.click(result('Parts or data do not match this car'))
    await app.user.click(outcome('Done'))
    expect(dialog().queryByRole('checkbox')).toBeNull()
    await app.user.click(finishButton())
    expect(app.fake.callsOf('finishSession')).toMatchObject([{ serviceResult: { results: ['success'] } }])
  })

  it('cannot be sent after the last reason was taken away', async () => {
    const app = await openDialog(
      withRun({ ...sampleRun(now, 'failed'), suggestedResult: { results: ['not-compatible'] } }),
    )
    expect(outcome('Failed').checked).toBe(true)
    await app.user.click(result('Parts or data do not match this car'))
    expect(finishButton().disabled).toBe(true)
    expect(outcome('Failed').checked).toBe(false)
  })

  it('sends all that the function suggests, also a success beside something to check', async () => {
    const suggestedResult = { results: ['success' as const, 'needs-validation' as const] }
    const app = await openDialog(withRun({ ...sampleRun(now, 'succeeded'), suggestedResult }))
    expect(outcome('Not finished').checked).toBe(true)
    await app.user.click(outcome('Failed'))
    await app.user.click(outcome('Not finished'))
    await app.user.click(finishButton())
    expect(app.fake.callsOf('finishSession')).toMatchObject([{ serviceResult: suggestedResult }])
  })

  it('proposes what the end of the function means', async () => {
    await openDialog(withRun(sampleRun(now, 'stopped')))
    expect(outcome('Not finished').checked).toBe(true)
    expect(result('Still has to be completed').checked).toBe(true)
    expect(dialog().getAllByText(/^Proposed because of the end of/)).toHaveLength(2)
  })

  it('distinguishes “nothing to say” from no feedback', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    expect(dialog().getByRole<HTMLInputElement>('radio', { name: 'No feedback' }).checked).toBe(true)
    await app.user.click(dialog().getByRole('radio', { name: 'No comment' }))
    await app.user.click(finishButton())
    expect(app.fake.callsOf('finishSession')).toMatchObject([{ serviceResult: { userFeedback: 'nothing' } }])
  })

  it('starts with what the function suggests', async () => {
    await openDialog(withRun({ ...sampleRun(now, 'failed'), suggestedResult: { results: ['not-compatible'] } }))
    expect(result('Parts or data do not match this car').checked).toBe(true)
    expect(dialog().getAllByText('Suggested by Identify the car')).toHaveLength(2)
  })

  it('warns when the choice contradicts the session, but still allows it', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'failed')))
    expect(dialog().queryByText('Please check your choice')).toBeNull()
    await app.user.click(outcome('Done'))
    expect(dialog().getByText('You chose “Done”, but Identify the car failed.')).toBeTruthy()
    await app.user.click(finishButton())
    expect(app.fake.callsOf('finishSession')).toHaveLength(1)
  })

  it('warns when the link is lost while it is open', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    expect(dialog().queryByText('Please check your choice')).toBeNull()
    app.change({ link: { ...sampleLink(now), liveness: 'lost' } })
    expect(dialog().getByText(/the connection to the car is lost/)).toBeTruthy()
  })

  // @proves Window: Finish: results, feedback, causes, contradictions, cancel; a lost reply never makes a second finish
  it('lists the three usual causes of a communication failure, with the state of the link', async () => {
    const app = await openDialog(withRun(undefined))
    await app.user.click(outcome('Failed'))
    await app.user.click(result('Communication with the car failed'))
    const causes = dialog().getByRole('region', { name: 'When communication fails, it is usually one of these' })
    expect(within(causes).getAllByRole('listitem')).toHaveLength(3)
    expect(within(causes).getByText('The internet connection is slow. Link at the moment: 48 ms, Good.')).toBeTruthy()
    app.change({ link: { ...sampleLink(now), connected: false } })
    expect(
      within(causes).getByText(
        'The internet connection is slow. Link at the moment: Diagnostic adapter without internet.',
      ),
    ).toBeTruthy()
    app.change({ link: null })
    expect(within(causes).getByText('The internet connection is slow. Link at the moment: not measured.')).toBeTruthy()
  })

  it('can be cancelled by button and by key, and sends nothing', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    await app.user.click(dialog().getByRole('button', { name: 'Cancel' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await app.user.click(screen.getByRole('button', { name: 'Finish…' }))
    await app.user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(app.fake.callsOf('finishSession')).toEqual([])
  })

  // @proves Window: Finish: results, feedback, causes, contradictions, cancel; a lost reply never makes a second finish
  it('cannot be sent twice while it is being sent', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    app.fake.reply('finishSession', () => new Promise(() => undefined))
    await app.user.dblClick(finishButton())
    expect(app.fake.callsOf('finishSession')).toHaveLength(1)
    expect(dialog().getByText('The result is being stored. Please wait.')).toBeTruthy()
  })

  it('says that the server is being asked after a lost reply', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    app.fake.reply('finishSession', () => new Promise(() => undefined))
    await app.user.click(finishButton())
    app.change({ session: { ...sampleSession(now), phase: 'finishing', checking: true } })
    expect(dialog().getByText(/The server is asked whether the session is finished/)).toBeTruthy()
  })

  it('keeps the choice after a failure and sends it again', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    app.fake.reply('finishSession', () => ({ ok: false, failure: fakeFailure('timed-out', 'retry') }))
    await app.user.click(finishButton())
    expect(await dialog().findByText('The session is not finished yet')).toBeTruthy()
    expect(outcome('Done').checked).toBe(true)
    await app.user.click(dialog().getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(app.fake.callsOf('finishSession')).toHaveLength(2))
  })

  it('shows that a question is waiting behind it', async () => {
    const app = await openDialog(withRun(sampleRun(now)))
    const { samplePrompt } = await import('../../testing/sample-state.ts')
    app.change({ prompts: [samplePrompt(now, { kind: 'yesno', label: 'On?' })] })
    expect(dialog().getByText('A question is waiting. Close this window to answer it.')).toBeTruthy()
  })

  it('is replaced by the end screen', async () => {
    const app = await openDialog(withRun(sampleRun(now, 'succeeded')))
    const end: SessionEnd = { kind: 'finished', at: now, serviceResult: { results: ['success'] } }
    app.change({ session: { ...sampleSession(now), phase: 'ended', end } })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(screen.getByRole('heading', { name: 'Session finished' })).toBeTruthy()
    await act(async () => undefined)
  })
})

describe('the end screen', () => {
  const ended = (end: SessionEnd, more: Partial<AppState['session'] & object> = {}): AppState => ({
    ...sessionState(now),
    session: { ...sampleSession(now), phase: 'ended', end, ...more },
  })
  const recorded = () => within(screen.getByRole('region', { name: 'What was recorded' }))

  it('shows exactly what was recorded', async () => {
    const serviceResult = {
      results: ['success', 'needs-completion'],
      userFeedback: 'failure',
      description: 'left\nright',
    } as const
    await drawApp(
      ended({ kind: 'finished', at: now, serviceResult: { ...serviceResult, results: [...serviceResult.results] } }),
    )
    for (const name of ['RESULT_SUCCESS', 'RESULT_NEEDS_COMPLETION', 'USER_FEEDBACK_FAILURE']) {
      expect(recorded().getByText(name)).toBeTruthy()
    }
    expect(recorded().getByText(/left\s+right/)).toBeTruthy()
  })

  it.each([
    ['finished', 'Session finished'],
    ['interrupted-here', 'Session aborted without result'],
    ['interrupted', 'Aborted by somebody else'],
    ['failed', 'Session failed'],
    ['expired', 'Session expired'],
    ['lost', 'The session no longer exists'],
  ] as const)('shows for %s: %s', async (kind, title) => {
    await drawApp(ended({ kind, at: now }))
    expect(
      within(screen.getByRole('main', { name: 'Session ended' })).getByRole('heading', { name: title }),
    ).toBeTruthy()
  })

  it('shows an unconfirmed result as not confirmed', async () => {
    await drawApp(ended({ kind: 'lost', at: now }, { pendingResult: { results: ['success'] } }))
    expect(recorded().getByText('Chosen but not confirmed by the server')).toBeTruthy()
  })

  it('shows that nothing was recorded', async () => {
    await drawApp(ended({ kind: 'interrupted', at: now }))
    expect(recorded().getByText('No service result was recorded.')).toBeTruthy()
  })

  it('is left by its button', async () => {
    const app = await drawApp(ended({ kind: 'failed', at: now, failure: fakeFailure('internal') }))
    await app.user.click(screen.getByRole('button', { name: 'Back to start' }))
    expect(app.fake.callsOf('leaveSession')).toEqual([{ handle: 'session-1' }])
  })
})
