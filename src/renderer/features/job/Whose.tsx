import { ServerText } from '../../components/ServerText.tsx'
import { saidName } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'

/** Whose car a dialog or an end is about: plate and lift of the job in large letters, its car or number without a plate. */
export function Whose({ handle }: { handle: string }) {
  const { t } = useTranslation()
  const job = useSlice('jobs').find((one) => one.handle === handle)
  if (job === undefined) return null
  const { target } = job
  const [licensePlate, lift, vehicleName] = [job.licensePlate, job.lift, job.vehicleName].map(saidName)
  const number = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  return (
    <p className="whose">
      {licensePlate === undefined ? (
        <ServerText>{vehicleName ?? number}</ServerText>
      ) : (
        <ServerText className="job-head__plate">{licensePlate}</ServerText>
      )}
      {lift !== undefined && <ServerText className="job-head__lift">{lift}</ServerText>}
    </p>
  )
}
