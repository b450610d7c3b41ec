import type { ReleaseEnvironment } from './release-environment.ts'

/** The parts of electron-builder.yml that a run changes. */
interface BuilderConfiguration {
  publish: { url: string; publisherName: string[] }
  electronFuses: { enableNodeCliInspectArguments: boolean }
  electronDist?: string
}

/** What one run of electron-builder differs in. */
export interface PackOptions {
  readonly release: Pick<ReleaseEnvironment, 'feed' | 'publisher'>
  /** The build under test, which Playwright can drive. */
  readonly isInspectable: boolean
  /** Folder of an unpacked Electron distribution; undefined: electron-builder finds one. */
  readonly electronDist?: string | undefined
}

/** electron-builder.yml with the address of the feed, the publisher and the distribution of this run. */
export function packConfiguration<T extends BuilderConfiguration>(file: T, options: PackOptions): T {
  const { release, isInspectable, electronDist } = options
  const publish = {
    ...file.publish,
    ...(release.feed !== undefined && { url: release.feed }),
    ...(release.publisher !== undefined && { publisherName: [release.publisher] }),
  }
  if (!publish.publisherName?.[0]) {
    throw new Error('electron-builder.yml names no publisher: Windows signatures of updates would not be checked.')
  }
  const electronFuses = { ...file.electronFuses, enableNodeCliInspectArguments: isInspectable }
  return { ...file, publish, electronFuses, ...(electronDist !== undefined && { electronDist }) }
}
