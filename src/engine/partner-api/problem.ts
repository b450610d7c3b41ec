/** A refusal in the form of the API: a problem object of four fields. */
export class Problem extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

/** A whole number among the parameters of a list; another text is refused with 400. */
export function numberIn(url: URL, name: string, usual: number, most: number): number {
  const text = url.searchParams.get(name)
  if (text === null) return usual
  if (!/^\d{1,15}$/.test(text) || Number(text) > most)
    throw new Problem(400, `${name} is a whole number from 0 to ${most}`)
  return Number(text)
}
