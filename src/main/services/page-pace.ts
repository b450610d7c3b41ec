/** How many events of a kind may be sent before the page has drawn them. */
export const maximumUnseen = 2
/** After this time without an acknowledgement, in ms, one more event is sent: the acknowledgement may have been lost. */
export const acknowledgeTimeoutMs = 2000
