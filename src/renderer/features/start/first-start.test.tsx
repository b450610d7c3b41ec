// @vitest-environment happy-dom
import { screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { drawApp } from '../../testing/draw-app.tsx'
import { fakeFailure } from '../../testing/fake-workbench.ts'
import { startState } from '../../testing/sample-state.ts'

const openFirstStart = () => drawApp({ ...startState(), isFirstStart: true })
const radio = (name: RegExp | string) => screen.getByRole('radio', { name })
const press = (name: string) => screen.getByRole('button', { name })

describe('the page of the first start', () => {
  it('keeps nothing before the button is pressed, and then the language that is on the screen', async () => {
    const app = await openFirstStart()
    await app.user.click(radio('Deutsch'))
    expect(screen.getByRole('heading', { name: 'Willkommen' })).toBeTruthy()
    expect(app.fake.callsOf('setLanguage')).toEqual([])
    await app.user.click(press('Loslegen'))
    expect(app.fake.callsOf('setLanguage')).toEqual([{ language: 'de' }])
    expect(app.fake.callsOf('selectProfile')).toEqual([])
  })

  it('chooses a server that is known', async () => {
    const app = await openFirstStart()
    await app.user.click(radio(/Test platform/))
    await app.user.click(press('Start working'))
    expect(app.fake.callsOf('selectProfile')).toEqual([{ profileId: 'remote' }])
    expect(app.fake.callsOf('setLanguage')).toEqual([{ language: 'en' }])
  })

  it('keeps the server that main chooses while the page is open', async () => {
    const app = await openFirstStart()
    app.change({ endpoint: { ...startState().endpoint, profileId: 'remote' } })
    expect(radio('Test platform')).toHaveProperty('checked', true)
    await app.user.click(press('Start working'))
    expect(app.fake.callsOf('selectProfile')).toEqual([])
    expect(app.fake.callsOf('setLanguage')).toEqual([{ language: 'en' }])
  })

  it('stays when the server cannot be chosen', async () => {
    const app = await openFirstStart()
    app.fake.reply('selectProfile', () => ({ ok: false, failure: fakeFailure('internal') }))
    await app.user.click(radio(/Test platform/))
    await app.user.click(press('Start working'))
    expect(app.fake.callsOf('setLanguage')).toEqual([])
    expect(screen.getByRole('heading', { name: 'Welcome' })).toBeTruthy()
  })

  it('leads to the form of a new server', async () => {
    const app = await openFirstStart()
    await app.user.click(radio(/An openOBD server/))
    await app.user.click(press('Start working'))
    expect(await screen.findByRole('dialog', { name: 'Add server' })).toBeTruthy()
  })

  it('is not shown once a language was chosen', async () => {
    await drawApp(startState())
    expect(screen.queryByRole('heading', { name: 'Welcome' })).toBeNull()
  })
})
