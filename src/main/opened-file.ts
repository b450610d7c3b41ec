import { basename, extname, isAbsolute, resolve } from 'node:path'
import type { Language } from '../shared/languages.ts'
import type { Failure, Outcome } from '../shared/outcome.ts'

/** Ending of vehicle files that the system opens with this application. */
export const vehicleEnding = '.obdcar'
const longestPath = 4096

/**
 * The one file that the arguments of a start name, as an absolute path; undefined when they name none. Switches and everything that is
 * no vehicle file are ignored; nothing is given to a shell.
 */
export function openedFile(args: readonly string[], workingDirectory: string): string | undefined {
  const named = args.filter(isVehicleFile).at(-1)
  if (named === undefined) return undefined
  return isAbsolute(named) ? named : resolve(workingDirectory, named)
}

const isVehicleFile = (arg: string): boolean =>
  !arg.startsWith('-') &&
  arg.length <= longestPath &&
  !arg.includes('\0') &&
  extname(arg).toLowerCase() === vehicleEnding

/** Files that the system opens, one after the other; those that come before anybody can take them wait. */
export class OpenedFiles {
  #waiting: string[] = []
  #take: ((path: string) => Promise<void>) | undefined
  #last: Promise<void> = Promise.resolve()

  /** Opens a file, as soon as that is possible; undefined is none. */
  open(path: string | undefined): void {
    if (path === undefined) return
    const take = this.#take
    if (take) this.#last = this.#last.then(() => take(path)).catch(() => undefined)
    else this.#waiting.push(path)
  }

  /** From now on files are taken. */
  serve(take: (path: string) => Promise<void>): void {
    this.#take = take
    for (const path of this.#waiting.splice(0)) this.open(path)
  }
}

/** What opening a vehicle file needs of the simulator. */
export interface Simulator {
  /** A job is open on the simulator. */
  isInUse(): boolean
  /** Tries the file without touching the running simulator; a failure has the place of the mistake in its detail. */
  check(file: string): Promise<Outcome<null>>
  /** Restarts the simulator with the car of the file on its first adapter. */
  use(file: string): Promise<Outcome<null>>
}

/** The part of Electron's message box that is used here. */
interface Question {
  readonly type: 'question' | 'warning'
  readonly message: string
  readonly detail?: string
  readonly buttons: string[]
  readonly defaultId?: number
  readonly cancelId?: number
  readonly noLink?: boolean
}

type Show = (question: Question) => Promise<{ response: number }>

/**
 * Puts the car of a vehicle file on the simulator, after a person agreed outside of the page. A file that cannot be used, and a
 * simulator that has an open job, are refused with a sentence. Never throws.
 */
export async function openVehicleFile(
  path: string,
  simulator: Simulator,
  language: Language,
  show: Show,
): Promise<void> {
  const texts = textsOf[language]
  const name = basename(path)
  const say = (message: string, detail?: string) =>
    show({ type: 'warning', message, buttons: [texts.close], ...(detail && { detail: detail.slice(0, 500) }) })
  try {
    if (simulator.isInUse()) return void (await say(texts.inUse(name)))
    const checked = await simulator.check(path)
    if (!checked.ok) return void (await say(texts.unusable(name), placeOf(checked.failure, path)))
    const { response } = await show({
      type: 'question',
      message: texts.question(name),
      detail: texts.detail,
      buttons: [texts.use, texts.cancel],
      defaultId: 1,
      cancelId: 1,
      noLink: true,
    })
    if (response !== 0) return
    // A job may have been opened while the question was on the screen.
    if (simulator.isInUse()) return void (await say(texts.inUse(name)))
    const used = await simulator.use(path)
    if (!used.ok) await say(texts.unusable(name), placeOf(used.failure, path))
  } catch {
    await say(texts.unusable(name)).catch(() => undefined)
  }
}

/** The message of the engine with the name of the file in place of its path. */
const placeOf = ({ detail }: Failure, path: string): string | undefined => detail?.replaceAll(path, basename(path))

interface Texts {
  readonly question: (name: string) => string
  readonly detail: string
  readonly use: string
  readonly cancel: string
  readonly close: string
  readonly inUse: (name: string) => string
  readonly unusable: (name: string) => string
}

const textsOf: Record<Language, Texts> = {
  en: {
    question: (name) => `Use the car of “${name}” on the simulator?`,
    detail: 'The simulator restarts. The car is on its first adapter until the application closes.',
    use: 'Use this car',
    cancel: 'Cancel',
    close: 'Close',
    inUse: (name) => `“${name}” was not opened: a job is open on the simulator. Finish it first.`,
    unusable: (name) => `“${name}” cannot be used: it is not a vehicle file, or something in it is wrong.`,
  },
  de: {
    question: (name) => `Das Fahrzeug aus „${name}“ im Simulator verwenden?`,
    detail: 'Der Simulator startet neu. Das Fahrzeug hängt am ersten Adapter, bis die Anwendung geschlossen wird.',
    use: 'Fahrzeug verwenden',
    cancel: 'Abbrechen',
    close: 'Schließen',
    inUse: (name) => `„${name}“ wurde nicht geöffnet: Im Simulator ist ein Auftrag offen. Schließen Sie ihn zuerst ab.`,
    unusable: (name) =>
      `„${name}“ kann nicht verwendet werden: Es ist keine Fahrzeugdatei, oder etwas darin ist falsch.`,
  },
  nl: {
    question: (name) => `De auto uit ‘${name}’ op de simulator gebruiken?`,
    detail: 'De simulator start opnieuw. De auto zit op de eerste adapter totdat de toepassing wordt gesloten.',
    use: 'Deze auto gebruiken',
    cancel: 'Annuleren',
    close: 'Sluiten',
    inUse: (name) => `‘${name}’ is niet geopend: er is een opdracht open op de simulator. Rond die eerst af.`,
    unusable: (name) => `‘${name}’ kan niet worden gebruikt: het is geen voertuigbestand, of er zit een fout in.`,
  },
  fr: {
    question: (name) => `Utiliser le véhicule de « ${name} » dans le simulateur ?`,
    detail: 'Le simulateur redémarre. Le véhicule reste sur le premier boîtier jusqu’à la fermeture de l’application.',
    use: 'Utiliser ce véhicule',
    cancel: 'Annuler',
    close: 'Fermer',
    inUse: (name) =>
      `« ${name} » n’a pas été ouvert : une intervention est ouverte dans le simulateur. Terminez-la d’abord.`,
    unusable: (name) =>
      `« ${name} » ne peut pas être utilisé : ce n’est pas un fichier de véhicule, ou il contient une erreur.`,
  },
}
