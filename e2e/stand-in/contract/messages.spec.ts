import { expect, factsOf, test } from './fixtures.ts'

test.describe('messages between page and main', () => {
  test('cross as structured clones: bytes, dates, maps and undefined stay what they are', async ({ page }) => {
    const types = await page.evaluate(async () => {
      const sent = [new Uint8Array([0, 127, 255]), new Date(86_400_000), new Map([['a', 1]]), undefined, null, -1.5]
      const [bytes, date, map, nothing, none, number] = await globalThis.contract.echo(...sent)
      return {
        bytes: bytes instanceof Uint8Array && [...bytes].join(),
        date: date instanceof Date && date.getTime(),
        map: map instanceof Map && map.get('a'),
        nothing: nothing === undefined,
        none: none === null,
        number,
      }
    })
    expect(types).toEqual({ bytes: '0,127,255', date: 86_400_000, map: 1, nothing: true, none: true, number: -1.5 })
  })

  test('cross in both directions, and a listener that was taken off hears nothing more', async ({ app, page }) => {
    await page.evaluate(() => {
      const heard: unknown[] = []
      const off = globalThis.contract.onNews((...news) => {
        heard.push(...news)
        if (heard.length === 2) off()
      })
      Object.assign(globalThis, { heard })
      globalThis.contract.say('hello')
    })
    await expect.poll(async () => (await factsOf(app)).said).toEqual(['hello'])
    await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      for (const news of [1, { two: new Uint8Array([2]) }, 3]) window?.webContents.send('news', news)
    })
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard.length))
      .toBeGreaterThan(1)
    await page.evaluate(() => globalThis.contract.echo('round trip'))
    expect(await page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard.length)).toBe(2)
  })

  test("carry a handler's failure as its message, without its stack", async ({ page }) => {
    const failures = await page.evaluate(async () => {
      const messageOf = (error: Error) => error.message
      return [await globalThis.contract.fail().catch(messageOf), await globalThis.contract.unknown().catch(messageOf)]
    })
    expect(failures[0]).toBe("Error invoking remote method 'fail': TypeError: the handler threw")
    expect(failures[1]).toContain("No handler registered for 'no-such-channel'")
  })

  test('refuse what cannot be cloned', async ({ page }) => {
    const refused = await page.evaluate(() =>
      globalThis.contract.echo({ nested: { callback: () => 1 } }).then(
        () => false,
        () => true,
      ),
    )
    expect(refused).toBe(true)
  })

  test('name the frame they come from', async ({ page }) => {
    expect(await page.evaluate(() => globalThis.contract.sender())).toMatchObject({
      url: 'app://bundle/index.html',
      isTop: true,
    })
  })

  test('do not come from frames inside the page', async ({ page }) => {
    const insideFrame = await page.evaluate(async () => {
      const frame = document.createElement('iframe')
      frame.src = './frame.html'
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      return Object.keys(frame.contentWindow ?? {}).includes('contract')
    })
    expect(insideFrame).toBe(false)
  })

  // @proves Delivery: The stand-in behaves as its contract says
  test('are refused by a handler that checks for its own origin', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Count' }).waitFor()
    const [foreign] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(() =>
        (globalThis as unknown as { openWindow(url: string): Promise<unknown> })
          .openWindow('app://bundle.evil/index.html')
          .then(() => undefined),
      ),
    ])
    await foreign.getByRole('heading', { name: 'Contract' }).waitFor()
    expect(await foreign.evaluate(() => globalThis.contract.sender())).toMatchObject({
      url: 'app://bundle.evil/index.html',
    })
    const refusal = await foreign.evaluate(() => globalThis.contract.echo(1).catch((error: Error) => error.message))
    expect(refusal).toContain('refused')
  })

  test('work again after a reload', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Count' }).click()
    await page.reload()
    await expect(page.getByLabel('clicks')).toHaveText('0')
    expect(await page.evaluate(() => globalThis.contract.echo('again'))).toEqual(['again'])
    expect((await factsOf(app)).navigations).toEqual([])
  })
})
