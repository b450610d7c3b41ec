import { createPublicKey } from 'node:crypto'

/** What `npm run package` takes from the environment, and what it says about the rest. */
export interface ReleaseEnvironment {
  /** Where packages look for updates; undefined: they take none. */
  readonly feed: string | undefined
  /** Public half of the key that signs update manifests (SPKI, PEM). */
  readonly updateKey: string | undefined
  /** Subject of the certificate that signs the Windows installers. */
  readonly publisher: string | undefined
  /** One plain sentence for each thing that is left out. */
  readonly notes: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the WORKBENCH_… variables of a release and looks for the certificates that electron-builder reads itself. Throws when a
 * variable is set and cannot be used: a release must not lose its updates by a spelling mistake.
 */
export function readReleaseEnvironment(environment: Environment): ReleaseEnvironment {
  const set = (...names: string[]) => names.some((name) => Boolean(environment[name]))
  const feed = environment.WORKBENCH_UPDATE_FEED || undefined
  const updateKey = environment.WORKBENCH_UPDATE_PUBLIC_KEY || undefined
  if (feed !== undefined) checkFeed(feed)
  if (updateKey !== undefined) checkKey(updateKey)
  if ((feed === undefined) !== (updateKey === undefined)) {
    throw new Error('WORKBENCH_UPDATE_FEED and WORKBENCH_UPDATE_PUBLIC_KEY belong together: set both, or none.')
  }
  const notes = [
    feed === undefined && 'No update feed: set WORKBENCH_UPDATE_FEED. This package takes no updates.',
    !set('WIN_CSC_LINK', 'CSC_LINK') && 'Windows installers are not signed: WIN_CSC_LINK is not set.',
    !set('CSC_LINK', 'CSC_NAME') && 'macOS applications are not signed: CSC_LINK is not set.',
    !set('APPLE_API_KEY', 'APPLE_ID', 'APPLE_KEYCHAIN_PROFILE') &&
      'macOS applications are not notarised: neither APPLE_API_KEY nor APPLE_ID is set.',
  ].filter((note) => note !== false)
  return { feed, updateKey, publisher: environment.WORKBENCH_PUBLISHER || undefined, notes }
}

function checkFeed(feed: string): void {
  if (!URL.canParse(feed) || new URL(feed).protocol !== 'https:')
    throw new Error('WORKBENCH_UPDATE_FEED must be an https address.')
}

function checkKey(pem: string): void {
  let type: string | undefined
  try {
    type = createPublicKey(pem).asymmetricKeyType
  } catch {
    type = undefined
  }
  if (type !== 'ed25519' || pem.includes('PRIVATE'))
    throw new Error('WORKBENCH_UPDATE_PUBLIC_KEY must be the PEM of an Ed25519 public key.')
}
