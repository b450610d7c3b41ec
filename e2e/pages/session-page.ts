import type { Locator, Page } from '@playwright/test'
import { choose } from './choices.ts'

/** The screen of a running session. */
export class SessionPage {
  readonly screen: Locator
  readonly state: Locator
  /** State of car and link in the header. */
  readonly carLink: Locator
  /** Battery, ignition and link in the header. */
  readonly values: Locator
  /** Details of the link, in the developer view. */
  readonly link: Locator
  readonly car: Locator
  /** In the developer view. */
  readonly token: Locator
  readonly functions: Locator
  readonly functionState: Locator
  readonly findings: Locator
  readonly earlierRuns: Locator
  readonly earlierRunButtons: Locator
  readonly log: Locator
  readonly logLines: Locator
  readonly jumpToNewestLine: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.screen = page.getByRole('main', { name: 'Session', exact: true })
    this.state = page.getByRole('status', { name: 'Session state' })
    this.carLink = page.getByRole('group', { name: 'Car and link' })
    this.values = page.getByRole('region', { name: 'Battery, ignition and link' })
    const region = (name: string) => page.getByRole('region', { name, exact: true })
    this.link = region('Link')
    this.car = region('Car')
    this.token = region('Session token')
    this.functions = region('Functions')
    this.functionState = this.functions.getByRole('status')
    this.findings = region('Findings')
    this.earlierRuns = region('Earlier runs')
    this.earlierRunButtons = this.earlierRuns.getByRole('button')
    this.log = region('Log')
    this.logLines = this.log.getByRole('region', { name: 'Lines of the log' })
    this.jumpToNewestLine = this.log.getByRole('button', { name: 'Jump to the newest line' })
  }

  findingsOf(functionName: string): Locator {
    return this.page.getByRole('table', { name: `Findings of ${functionName}` })
  }
  /** A line that a test has written as "line <number>: …"; only visible lines and a few next to them exist. */
  logLine(number: number): Locator {
    return this.logLines.getByText(new RegExp(`line ${number}:`))
  }
  async scrollLogBack(): Promise<void> {
    await this.logLines.hover()
    await this.page.mouse.wheel(0, -1500)
  }
  /** Reduces the log of the job. */
  async showInLog(what: 'Everything' | 'Questions and answers' | 'Problems' | 'Log lines'): Promise<void> {
    await choose(this.log.getByRole('radio', { name: what }))
  }
  runButton(name: string): Locator {
    return this.functions.getByRole('button', { name: `Run ${name}` })
  }
  async runFunction(name: string): Promise<void> {
    await this.runButton(name).click()
  }
  async stopFunction(name: string): Promise<void> {
    await this.screen.getByRole('button', { name: new RegExp(`^Stop .*${name}`) }).click()
  }
  async openPlace(name: 'Functions' | 'Log'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Parts of this job' }).getByRole('button', { name }).click()
  }
  /** In the developer view. */
  controlUnits(): Locator {
    return this.page.getByRole('list', { name: 'Control units' }).getByRole('listitem')
  }
  async openFinishDialog(): Promise<void> {
    await this.page.getByRole('button', { name: 'Finish…' }).click()
  }
  async interrupt(): Promise<void> {
    await this.page.getByRole('button', { name: 'Abort without result…' }).click()
    const dialog = this.page.getByRole('alertdialog', { name: 'Abort the session without a result?' })
    await dialog.getByRole('button', { name: 'Abort without result' }).click()
  }
}
