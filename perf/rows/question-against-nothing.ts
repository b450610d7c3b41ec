import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { buildScreens, Screens } from '../../e2e/screens/launch.ts'
import { interleaved, type Round } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

/** Longer than the page needs; the random part spreads the updates over the frames. */
const pauseMs = 60
const frameMs = 17

type Update = Parameters<Screens['timeOf']>[0]

async function roundOf(screens: Screens, update: Update, requests: number): Promise<Round> {
  const samples: number[] = []
  for (let number = 0; number < requests; number += 1) {
    await pause(pauseMs + Math.random() * frameMs)
    samples.push(await screens.timeOf(update))
  }
  return { samples, processor: 0 }
}

/**
 * From the data of a question until it is painted, against updates of the same page that change nothing that is seen: of the whole
 * state, so that React renders every part of the page, and of one part of the state.
 */
export async function questionAgainstNothing(): Promise<Row> {
  const folder = await buildScreens()
  const screens = await Screens.launch(folder)
  const contender = (update: Update) => (requests: number) => roundOf(screens, update, requests)
  try {
    await screens.page.setViewportSize({ width: 1366, height: 768 })
    await screens.show('job: link good')
    const totals = await interleaved([contender('question'), contender('whole'), contender('part')], {
      rounds: 20,
      requests: 20,
    })
    const [question, whole, part] = totals.map(({ samples }) => summarise(samples))
    if (!question || !whole || !part) throw new Error('Nothing was measured.')
    return {
      title: 'question data → painted ÷ empty update of the same page',
      numbers: {
        'question median ms': question.median,
        'question p99 ms': question.p99,
        'whole state anew, median ms': whole.median,
        'whole state anew, p99 ms': whole.p99,
        'one part anew, median ms': part.median,
        'one part anew, p99 ms': part.p99,
        'updates each': question.count,
      },
      verdicts: [
        { what: 'p99 ÷ the whole state anew', value: question.p99 / whole.p99, unit: '×', atMost: 1.5 },
        { what: 'median ÷ the whole state anew', value: question.median / whole.median, unit: '×' },
        { what: 'p99 ÷ one part anew', value: question.p99 / part.p99, unit: '×' },
        { what: 'median ÷ one part anew', value: question.median / part.median, unit: '×' },
      ],
    }
  } finally {
    await screens.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
