import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import type { JobTile } from '../../../shared/job.ts'
import type { PromptSession } from '../../../shared/prompt.ts'
import { openQuestions, type Waiting, waitingFor } from '../../../shared/waiting.ts'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { saidName } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { otherCarShown } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { Elapsed } from '../job/Elapsed.tsx'
import { useWaitingWords, WaitingShape } from '../job/WaitingShape.tsx'
import { waitingTone } from '../job/waiting-tones.ts'
import type { OtherCar } from '../prompt/prompt-order.ts'
import { promptLabel, shortened } from '../prompt/prompt-text.ts'

const longestName = 40
const longestQuestion = 90

interface TileProps {
  readonly title: string
  /** The lift, or the number while it is not known. */
  readonly place: string | undefined
  readonly details: readonly string[]
  readonly waiting: Waiting
  readonly words: string
  readonly questions: number
  /** The question that waits while another job is on the screen. */
  readonly question: string | undefined
  readonly isShown: boolean
  readonly mark?: ReactNode
  readonly onPress: () => void
}

function Tile(props: TileProps) {
  const { t } = useTranslation()
  const { title, details, questions, question, isShown, waiting } = props
  const button = useRef<HTMLButtonElement>(null)
  // In a strip or a long rail the tile of the job on the screen is never out of sight.
  useEffect(() => {
    if (isShown) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isShown])
  return (
    <Button
      ref={button}
      className={`tile tone--${waitingTone(waiting)} ${questions > 0 ? 'tile--asking' : ''} ${props.mark === undefined ? '' : 'tile--script'}`}
      aria-current={isShown ? 'page' : undefined}
      onPress={props.onPress}
    >
      <span className="tile__shape">
        <WaitingShape of={waiting.for} />
        {questions > 0 && (
          <span className="tile__badge" aria-hidden="true">
            {questions}
          </span>
        )}
      </span>
      <span className="tile__text">
        <span className="tile__head">
          <ServerText className="tile__title">{shortened(title, longestName)}</ServerText>
          {props.place !== undefined && (
            <ServerText className="tile__place">{shortened(props.place, longestName)}</ServerText>
          )}
          {props.mark}
        </span>
        {details.map((detail) => (
          <ServerText key={detail} className="tile__detail">
            {shortened(detail, longestName)}
          </ServerText>
        ))}
        <span className="tile__state">
          {props.words}
          {waiting.since !== undefined && <Elapsed since={waiting.since} isHidden />}
        </span>
        {question !== undefined && (
          <ServerText className="tile__question">{shortened(question, longestQuestion)}</ServerText>
        )}
      </span>
      {questions > 0 && <span className="only-heard">{t('jobs.questions', { count: questions })}</span>}
    </Button>
  )
}

/** The tile of a job: plate, lift, car, who is waited for, and a badge while it asks. */
export function JobTileButton({ job, isShown, show }: { job: JobTile; isShown: boolean; show: () => void }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const prompts = useSlice('prompts')
  const server = useOtherServer(job)
  const words = useWaitingWords()
  const { target } = job
  const [licensePlate, lift, vehicleName] = [job.licensePlate, job.lift, job.vehicleName].map(saidName)
  const number = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  const title = licensePlate ?? vehicleName ?? number
  const car = licensePlate === undefined ? undefined : vehicleName
  const place = lift ?? (title === number ? undefined : number)
  const details = [car, server].filter((part) => part !== undefined)
  const waiting = waitingFor(job, prompts)
  const state = words(job, waiting)
  const [asked] = openQuestions(job.handle, prompts)
  return (
    <Tile
      title={title}
      place={place}
      details={details}
      waiting={waiting}
      words={state}
      questions={job.questions}
      question={isShown || asked === undefined ? undefined : promptLabel(asked, language)}
      isShown={isShown}
      onPress={show}
    />
  )
}

/** Where the job runs, when new jobs run elsewhere. */
function useOtherServer({ isSimulated, serverName, profileId }: JobTile): string | undefined {
  const { t } = useTranslation()
  if (useSlice('endpoint').profileId === profileId) return undefined
  return t('jobs.onServer', { server: isSimulated ? t('server.embeddedName') : shortened(serverName, longestName) })
}

interface ScriptProps {
  readonly session: PromptSession
  /** Its prompts; undefined while it asks nothing. */
  readonly car: OtherCar | undefined
  readonly isShown: boolean
}

/** The tile of a session that was not started here, marked as a script. */
export function ScriptTileButton({ session, car, isShown }: ScriptProps) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { language } = useSlice('settings')
  const prompts = useSlice('prompts')
  const words = useWaitingWords()
  const { ticketNumber, connectorNumber, key } = session
  const licensePlate = saidName(session.licensePlate)
  const vehicleName = saidName(session.vehicleName)
  const connectorName = saidName(session.connectorName)
  const numberKind = ticketNumber ? 'session.ticket' : 'session.connector'
  const number = ticketNumber || connectorNumber
  const numbered = number ? t(numberKind, { number: shortened(number, longestName) }) : undefined
  const title = licensePlate || vehicleName || numbered || t('prompt.unknownCar')
  const lift = connectorName && connectorName !== connectorNumber ? connectorName : undefined
  const details = [licensePlate ? vehicleName : undefined, title === numbered ? undefined : numbered].filter(
    (part) => part !== undefined,
  )
  const asked = openQuestions(key, prompts)
  const job = { handle: key, phase: 'active', link: 'good', functionName: car?.prompts[0].functionName } as const
  const waiting = waitingFor(job, prompts)
  const state = waiting.for === 'function' && !job.functionName ? t('functions.status.running') : words(job, waiting)
  const first = asked[0] ?? car?.prompts[0]
  return (
    <Tile
      title={title}
      place={lift}
      details={details}
      waiting={waiting}
      words={state}
      questions={asked.length}
      question={isShown || first === undefined ? undefined : promptLabel(first, language)}
      isShown={isShown}
      mark={<Chip>{t('rail.script')}</Chip>}
      onPress={() => otherCarShown(screen, session)}
    />
  )
}
