// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { defaultVoltageLimits } from '../../../shared/car-link.ts'
import { drawApp } from '../../testing/draw-app.tsx'
import { startState } from '../../testing/sample-state.ts'

async function openSettings() {
  const app = await drawApp(startState())
  await app.user.click(screen.getByRole('button', { name: 'Settings' }))
  return app
}
const dialog = () => within(screen.getByRole('dialog', { name: 'Settings' }))

describe('the settings', () => {
  it('change the size of all texts', async () => {
    const app = await openSettings()
    await app.user.click(dialog().getByRole('radio', { name: 'Very large' }))
    expect(app.fake.callsOf('setTextSize')).toEqual([{ textSize: 'largest' }])
    app.change({ settings: { ...startState().settings, textSize: 'largest' } })
    expect(document.documentElement.dataset.textSize).toBe('largest')
  })

  it('turn the sound on', async () => {
    const app = await openSettings()
    await app.user.click(dialog().getByRole('checkbox', { name: 'Play a sound when a question arrives' }))
    expect(app.fake.callsOf('setSound')).toEqual([{ sound: true }])
  })

  it.each([
    ['a limit within its range', '12.2', 12.2],
    ['a limit that is too high', '40', 13],
    ['a limit that is too low', '1', 9],
  ])('change one limit of the battery warnings: %s', async (_what, typed, low) => {
    const app = await openSettings()
    const field = dialog().getByRole('textbox', { name: '12 V battery: below (V)' })
    await app.user.clear(field)
    await app.user.type(field, typed)
    await app.user.tab()
    const changed = { ...defaultVoltageLimits, 12: { ...defaultVoltageLimits[12], low } }
    expect(app.fake.callsOf('setVoltageLimits')).toEqual([{ voltageLimits: changed }])
  })

  it('keep a limit whose field is left empty', async () => {
    const app = await openSettings()
    await app.user.clear(dialog().getByRole('textbox', { name: '24 V battery: above (V)' }))
    await app.user.tab()
    expect(app.fake.callsOf('setVoltageLimits')).toEqual([])
  })

  it('go back to the usual limits', async () => {
    const app = await openSettings()
    const usual = () => dialog().getByRole<HTMLButtonElement>('button', { name: 'Use the usual limits' })
    expect(usual().disabled).toBe(true)
    const voltageLimits = { ...defaultVoltageLimits, 24: { low: 25, high: 30 } }
    app.change({ settings: { ...startState().settings, voltageLimits } })
    await app.user.click(usual())
    expect(app.fake.callsOf('setVoltageLimits')).toEqual([{ voltageLimits: defaultVoltageLimits }])
  })
})
