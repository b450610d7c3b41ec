import type { Locator, Page } from '@playwright/test'
import { BlockingDialog } from './blocking-dialog.ts'
import { ClosingDialog } from './closing-dialog.ts'
import { EndedPage } from './ended-page.ts'
import { FinishDialog } from './finish-dialog.ts'
import { HistoryPage } from './history-page.ts'
import { PromptPanel } from './prompt-panel.ts'
import { Rail } from './rail.ts'
import { ServersDialog } from './servers-dialog.ts'
import { SessionPage } from './session-page.ts'
import { SettingsDialog } from './settings-dialog.ts'
import { StartPage } from './start-page.ts'

/** The application's window, screen by screen. */
export class WorkbenchWindow {
  readonly page: Page
  readonly jobs: Rail
  readonly start: StartPage
  readonly history: HistoryPage
  readonly session: SessionPage
  readonly prompt: PromptPanel
  readonly finish: FinishDialog
  readonly ended: EndedPage
  readonly servers: ServersDialog
  readonly settings: SettingsDialog
  readonly blocking: BlockingDialog
  readonly closing: ClosingDialog
  readonly notifications: Locator

  constructor(page: Page) {
    this.page = page
    this.jobs = new Rail(page)
    this.start = new StartPage(page)
    this.history = new HistoryPage(page)
    this.session = new SessionPage(page)
    this.prompt = new PromptPanel(page)
    this.finish = new FinishDialog(page)
    this.ended = new EndedPage(page)
    this.servers = new ServersDialog(page)
    this.settings = new SettingsDialog(page)
    this.blocking = new BlockingDialog(page)
    this.closing = new ClosingDialog(page)
    this.notifications = page.getByRole('region', { name: 'Notifications' })
  }
}
