/** A folder that cannot be written although something in it has to be made; the message says what to do. */
export class ReadOnlyError extends Error {}

const codes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** Does work that writes into a folder. Where that is not allowed it is enough that nothing is left to do; else throws {@link ReadOnlyError}. */
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
