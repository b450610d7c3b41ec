import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { type LaunchedWorkbench, launchWorkbench } from '../../e2e/launch.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import { ControlAsker } from '../../src/openobd/session/control-asker.ts'
import { SessionController } from '../../src/openobd/session/session-controller.ts'
import { WorkshopViewer } from '../../src/openobd/session/workshop-viewer.ts'
import { freePort } from '../free-port.ts'
import { loopbackChannel, OurSession } from '../our-session.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const prompts = 320
const warmUp = 20
const pauseMs = 70

const notePaints = readFileSync(join(import.meta.dirname, '../page/note-paints.js'), 'utf8')
const now = () => performance.timeOrigin + performance.now()

/** The prompt has normally been painted when this polls, so that polling does not disturb the measurement. */
async function untilPainted(page: Page, number: number): Promise<void> {
  for (let looks = 0; looks < 100; looks++) {
    if ((await paintsOf(page))[number]) return
    await pause(20)
  }
  throw new Error(`Prompt ${number} was not painted within two seconds.`)
}

const paintsOf = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => Reflect.get(globalThis, 'painted') as Record<string, number>)

/** Shows one prompt after another on the application's engine; records when each was sent and when a viewer received it. */
async function showPrompts(
  workbench: LaunchedWorkbench,
  port: number,
): Promise<{ sent: number[]; seen: Map<number, number> }> {
  const credentials = { ...workbench.credentials, clusterId: '001' }
  const controller = new SessionController(loopbackChannel(port), credentials, systemClock)
  const seen = new Map<number, number>()
  const viewer = new WorkshopViewer({
    controller,
    clock: systemClock,
    random: Math.random,
    onEvent: (event) => {
      if (event.kind !== 'prompt-shown' || event.prompt.screen.control.kind !== 'yesno') return
      seen.set(Number(/(\d+)\./.exec(event.prompt.screen.control.label)?.[1]), now())
    },
  })
  viewer.start()
  const session = await OurSession.start(controller, '900101060')
  const asker = new ControlAsker(session.calls)
  const sent: number[] = []
  for (let number = 0; number < prompts; number++) {
    sent.push(now())
    void asker.askYesNo(`measured prompt ${number}.`)
    await pause(pauseMs + Math.random() * 17)
    await untilPainted(workbench.page, number)
  }
  asker.close()
  viewer.stop()
  await session.finish()
  controller.grpcChannel.close()
  return { sent, seen }
}

/** Time from sending a prompt, and from its arrival at a viewer, until the real window has painted it. */
export async function promptPainted(): Promise<Row> {
  const port = await freePort()
  const workbench = await launchWorkbench({ engineArgs: ['--port', String(port)] })
  try {
    await workbench.window.start.ticket('7848095').waitFor()
    await workbench.page.evaluate(notePaints)
    const { sent, seen } = await showPrompts(workbench, port)
    const painted = await paintsOf(workbench.page)
    const numbers = sent.map((_, number) => number).slice(warmUp)
    const whole = summarise(numbers.map((number) => (painted[number] ?? 0) - (sent[number] ?? 0)))
    const rendering = summarise(numbers.map((number) => (painted[number] ?? 0) - (seen.get(number) ?? 0)))
    return {
      title: 'prompt sent → painted in the window',
      numbers: {
        'sent → painted median ms': whole.median,
        'sent → painted p99 ms': whole.p99,
        'data at a viewer → painted median ms': rendering.median,
        'data at a viewer → painted p99 ms': rendering.p99,
        prompts: whole.count,
      },
      verdicts: [
        { what: 'sent → painted, median', value: whole.median, unit: 'ms', atMost: 30 },
        { what: 'data at a viewer → painted, p99', value: rendering.p99, unit: 'ms', atMost: 20 },
      ],
    }
  } finally {
    await workbench.close()
  }
}
