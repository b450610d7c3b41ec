/** Makes the compiler prove that a union was handled completely. Throws when the proof was wrong at run time. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}
