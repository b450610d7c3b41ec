import type { Locator, Page } from '@playwright/test'

/** The first screen: tickets, connectors, the server. */
export class StartPage {
  readonly screen: Locator
  readonly ticketNumber: Locator
  readonly startButton: Locator
  readonly failure: Locator
  readonly tickets: Locator
  readonly connectors: Locator
  readonly server: Locator
  readonly serverStatus: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.screen = page.getByRole('main', { name: 'Start', exact: true })
    const form = page.getByRole('form', { name: 'Start a session' })
    this.ticketNumber = form.getByRole('textbox', { name: 'Ticket number' })
    this.startButton = form.getByRole('button', { name: 'Start session' })
    this.failure = form.getByRole('alert')
    this.tickets = page.getByRole('list', { name: 'Tickets' })
    this.connectors = page.getByRole('list', { name: 'Diagnostic adapters' })
    this.server = page.getByRole('region', { name: 'Server', exact: true })
    this.serverStatus = this.server.getByRole('status').first()
  }

  ticket(number: string): Locator {
    return this.tickets.getByRole('listitem').filter({ hasText: number })
  }
  connector(number: string): Locator {
    return this.connectors.getByRole('listitem').filter({ hasText: number })
  }
  async startOnListedTicket(number: string): Promise<void> {
    await this.page.getByRole('button', { name: `Start session on ticket ${number}` }).click()
  }
  async startOnListedConnector(number: string): Promise<void> {
    await this.page.getByRole('button', { name: `Start session on diagnostic adapter ${number}` }).click()
  }
  async startOnTypedTicket(number: string): Promise<void> {
    await this.ticketNumber.fill(number)
    await this.startButton.click()
  }
  async copyConnection(): Promise<void> {
    const copy = this.page.getByRole('button', { name: 'Copy connection' })
    if (!(await copy.isVisible()))
      await this.page.getByRole('banner').getByRole('button', { name: 'Developer view' }).click()
    await copy.click()
  }
}
