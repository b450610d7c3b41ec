import type { Page } from '@playwright/test'
import { expect, test } from '../screens/fixtures.ts'

const elements = (page: Page, selector: string) => page.locator(selector).count()

// @proves Bad input: 1,000 tickets, 60 control units, 5,000 log lines, 500 options
test('lists that are too long for the page are drawn in part, and their last entry can be reached', async ({
  screens,
}) => {
  const { page } = screens
  await page.setViewportSize({ width: 1366, height: 768 })

  await test.step('1,000 tickets', async () => {
    await screens.show('large: 1,000 tickets')
    const tickets = page.getByRole('list', { name: 'Tickets' })
    await expect(tickets.getByRole('listitem').first()).toHaveAttribute('aria-setsize', '1000')
    expect(await tickets.getByRole('listitem').count()).toBeLessThan(100)
    await expect(async () => {
      await tickets.evaluate((list) => list.scrollIntoView({ block: 'end' }))
      await expect(page.getByText('Ticket 7000999')).toBeInViewport({ timeout: 500 })
    }).toPass()
  })

  await test.step('60 control units', async () => {
    await screens.show('large: 60 control units')
    const rows = page.getByRole('table', { name: 'Findings of Identify the car' }).getByRole('row')
    await expect(rows).toHaveCount(61)
    await rows.last().scrollIntoViewIfNeeded()
    await expect(rows.last()).toBeInViewport()
    await expect(page.getByRole('button', { name: 'Finish…' })).toBeInViewport({ ratio: 1 })
    await screens.show('large: 60 control units in the developer view')
    await expect(page.getByRole('list', { name: 'Control units' }).getByRole('listitem')).toHaveCount(60)
  })

  await test.step('5,000 log lines', async () => {
    await screens.show('large: 5,000 log lines')
    await expect(page.getByText('Request 4999:')).toBeInViewport()
    expect(await elements(page, '.job-log__line')).toBeLessThan(200)
    await screens.show('large: 5,000 log lines in the developer view')
    const lines = page.getByRole('region', { name: 'Lines of the log' })
    await lines.scrollIntoViewIfNeeded()
    await expect(lines.getByText('Request 4999:')).toBeInViewport()
    await lines.evaluate((list) => list.scrollTo(0, 0))
    await expect(lines.getByText('Request 0:')).toBeInViewport()
    expect(await elements(page, '.log__line')).toBeLessThan(200)
  })

  await test.step('500 options', async () => {
    await screens.show('large: 500 options')
    const prompt = page.getByRole('region', { name: 'Prompt', exact: true })
    for (const more of [/^Show 200 more/, /^Show 100 more/]) await prompt.getByRole('button', { name: more }).click()
    const last = prompt.getByRole('button', { name: 'Choice 500', exact: true })
    await last.scrollIntoViewIfNeeded()
    await expect(last).toBeInViewport({ ratio: 1 })
    await expect(prompt.getByRole('region', { name: 'Question' })).toBeInViewport({ ratio: 1 })
  })
})

// @proves Bad input: Eight jobs of which five ask at once
test('with eight jobs of which five ask, each tile is reached and none hides what the job on the screen asks', async ({
  screens,
}) => {
  const { page } = screens
  for (const size of [
    { width: 1366, height: 768 },
    { width: 1280, height: 720 },
    { width: 640, height: 480 },
    { width: 3840, height: 2160 },
  ]) {
    await page.setViewportSize(size)
    await screens.show('large: eight jobs of which five ask')
    const tiles = page.getByRole('list', { name: 'Jobs' }).getByRole('button')
    await expect(tiles).toHaveCount(8)
    await expect(page.locator('.tile__badge')).toHaveText(['1', '1', '1', '1', '1'])
    const prompt = page.getByRole('region', { name: 'Prompt', exact: true })
    await expect(prompt.getByRole('button', { name: 'Yes', exact: true })).toBeInViewport({ ratio: 1 })
    await expect(prompt.getByRole('region', { name: 'Question' })).toHaveText('Is lift 1 down?')
    await tiles.last().scrollIntoViewIfNeeded()
    await expect(tiles.last()).toBeInViewport({ ratio: 1 })
  }
})
