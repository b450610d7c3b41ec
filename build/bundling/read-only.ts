/** Error for a folder that has to be written and cannot be; the message says what to do. */
export class ReadOnlyError extends Error {}

const codes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Runs work that writes into a folder. In a read-only folder it only checks that nothing is left to do, otherwise it throws {@link ReadOnlyError}. */
export async function workUnlessDone(folder: string, work: () => Promise<void>, isDone: () => boolean): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!codes.has(code)) throw error
    if (isDone()) return
    throw new ReadOnlyError(
      `The build cannot write into ${folder} (${code}): run it as somebody who may, or in a clone of your own.`,
    )
  }
}
