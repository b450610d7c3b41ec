import type { Locator, Page } from '@playwright/test'
import { choose } from './choices.ts'

/** Address and credentials as typed by a person. */
export interface ServerEntry {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly cluster: string
  readonly clientId: string
  readonly clientSecret: string
}

/** The dialog in which servers are chosen and entered. */
export class ServersDialog {
  readonly dialog: Locator
  readonly form: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: 'Servers' })
    this.form = page.getByRole('dialog', { name: /^(Add|Edit) server$/ })
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: /^Server: / }).click()
    await this.dialog.waitFor()
  }
  async add(entry: ServerEntry): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Add server' }).click()
    await this.fill(entry)
  }
  async fill(entry: Partial<ServerEntry>): Promise<void> {
    if (entry.host !== undefined) await choose(this.form.getByRole('radio', { name: 'Another openOBD server' }))
    const fields: [string, string | undefined][] = [
      ['Name', entry.name],
      ['Host', entry.host],
      ['Port', entry.port],
      ['Cluster', entry.cluster],
      ['Client ID', entry.clientId],
      ['Client secret', entry.clientSecret],
    ]
    for (const [name, value] of fields) {
      if (value !== undefined)
        await this.form
          .getByRole('textbox', { name, exact: true })
          .or(this.form.getByLabel(name, { exact: true }))
          .first()
          .fill(value)
    }
    await this.form.getByRole('button', { name: 'Save' }).click()
  }
  async select(name: string): Promise<void> {
    await choose(this.dialog.getByRole('radio', { name }))
  }
  async close(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await this.dialog.waitFor({ state: 'hidden' })
  }
}
