import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { buildScreens, Screens } from '../../e2e/screens/launch.ts'
import { interleaved, type Round } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** Longer than the page needs; the random part spreads the updates over the frames. */
const pauseMs = 60
const frameMs = 17

async function roundOf(screens: Screens, update: 'question' | 'nothing', requests: number): Promise<Round> {
  const samples: number[] = []
  for (let number = 0; number < requests; number += 1) {
    await pause(pauseMs + Math.random() * frameMs)
    samples.push(await screens.timeOf(update))
  }
  return { samples, processor: 0 }
}

/** From the data of a question until it is painted, against an update of the same page that changes nothing that is seen. */
export async function questionAgainstNothing(): Promise<Row> {
  const folder = await buildScreens()
  const screens = await Screens.launch(folder)
  try {
    await screens.page.setViewportSize({ width: 1366, height: 768 })
    await screens.show('job: link good')
    const [question, nothing] = await interleaved(
      [(requests) => roundOf(screens, 'question', requests), (requests) => roundOf(screens, 'nothing', requests)],
      { rounds: 20, requests: 20 },
    )
    if (!question || !nothing) throw new Error('Nothing was measured.')
    const ours = summarise(question.samples)
    const empty = summarise(nothing.samples)
    return {
      title: 'question data → painted ÷ empty update of the same page',
      numbers: {
        'question median ms': ours.median,
        'question p99 ms': ours.p99,
        'empty update median ms': empty.median,
        'empty update p99 ms': empty.p99,
        'updates each': ours.count,
      },
      verdicts: [
        { what: 'p99', value: ours.p99 / empty.p99, unit: '×', atMost: 1.5 },
        { what: 'median', value: ours.median / empty.median, unit: '×' },
      ],
    }
  } finally {
    await screens.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
