import { systemClock } from '../../src/openobd/clock.ts'
import type { CallOutcome } from '../../src/openobd/failure.ts'
import { trustProfileEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { authenticate, finish } from '../../src/openobd/session/session-service.ts'
import { fixedToken } from '../../src/openobd/testing/fixed-token.ts'
import { expect, test } from '../fixtures.ts'
import type { LaunchedWorkbench } from '../launch.ts'

function given<T>(outcome: CallOutcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.failure.rpc}: ${outcome.failure.code}`)
  return outcome.value
}

/** A foreign function in its own session, on the engine of the application. */
async function startFunction(workbench: LaunchedWorkbench) {
  const endpoint = given(trustProfileEndpoint({ host: '127.0.0.1', port: await workbench.enginePort() }))
  const channel = new GrpcChannel(endpoint)
  const controller = new SessionController(channel, { ...workbench.credentials, clusterId: '001' }, systemClock)
  const info = given(await controller.startSession({ kind: 'ticket', number: '7848095' }))
  if (!info.authenticationToken) throw new Error('The session came without an authentication token.')
  const token = given(await authenticate(channel, info.authenticationToken))
  const asker = new ControlAsker(new SessionCalls(channel, fixedToken(token)))
  const end = async () => {
    asker.close()
    given(await finish(channel, token, { results: ['success'] }))
    channel.close()
  }
  return { asker, end }
}

const strange = [
  { what: 'of 100 KB', label: `${'long words '.repeat(9_300)}the end?`, shown: 'long words long words' },
  { what: 'from right to left', label: 'آیا سوئیچ خودرو روشن است؟', shown: 'آیا سوئیچ خودرو روشن است؟' },
  {
    what: 'that turns the direction of what follows',
    label: 'Is this \u202Egnihton\u202C right?',
    shown: /Is this .*gnihton.* right\?/,
  },
  {
    what: 'with markup',
    label: '<img src=x onerror="document.title=\'taken\'"><b>Is</b> it &amp; <script>1</script>?',
    shown: '<b>Is</b> it &amp; <script>1</script>?',
  },
] as const

for (const { what, label, shown } of strange) {
  // @proves Bad input: 100 KB label, right-to-left text, markup
  // @proves Security: A22 words of others are text
  test(`a question ${what} is shown as text and can be answered`, async ({ workbench }) => {
    const { prompt } = workbench.window
    const { asker, end } = await startFunction(workbench)
    const title = await workbench.page.title()
    const answer = asker.askYesNo(label)
    await prompt.showOtherCar()
    await expect(prompt.question).toContainText(shown)
    await expect(prompt.question.locator('b, img, script')).toHaveCount(0)
    await expect(prompt.button('Yes')).toBeInViewport()
    await prompt.button('Yes').click()
    expect(given(await answer)).toBe(true)
    expect(await workbench.page.title()).toBe(title)
    await end()
  })
}
