import type { AppState, Profile } from '../../../src/shared/app-state.ts'
import type { JobTile } from '../../../src/shared/job.ts'
import type { Outcome } from '../../../src/shared/outcome.ts'

/** Port of the application's own engine. */
export const ownEnginePort = 50_052

/** A session of ours as the state describes it. */
export type OwnSession = Pick<JobTile, 'id' | 'handle' | 'phase' | 'end' | 'functionName'>

/** The sessions of a state, one for each job. */
export const sessionsIn = (state: AppState | undefined): readonly OwnSession[] => state?.jobs ?? []

/** The server's id of a prompt: the page knows it behind the number of its server. */
export const serverPromptId = (id: string): string => id.replace(/^\d+\./, '')

/** Whether a reply is a success. */
export const isGood = (reply: unknown): boolean => (reply as Outcome<unknown>).ok

/** The port behind a profile. */
export const portOf = ({ kind, port }: Pick<Profile, 'kind' | 'port'>): number =>
  kind === 'embedded' ? ownEnginePort : port

/** The server of new jobs; undefined while none is chosen. */
export function chosenPort({ profiles, endpoint }: AppState): number | undefined {
  const profile = profiles.find(({ id }) => id === endpoint.profileId)
  return profile && portOf(profile)
}

/** How the records of jobs name the server behind a port. */
export const serverKeyOf = (port: number): string => (port === ownEnginePort ? 'embedded' : `127.0.0.1:${port}`)
