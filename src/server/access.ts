/**
 * Access rule of a call: returns what the call knows of its caller, or throws a Refusal. `tokens` is where the server
 * looks bearers up.
 */
export interface Access<Call, Tokens> {
  authorise(bearer: string | undefined, tokens: Tokens): Call
}

/** No token needed. */
export const openAccess: Access<undefined, unknown> = { authorise: () => undefined }
