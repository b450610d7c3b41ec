/** English texts. */
export const failure = {
  cause: {
    'untrusted-issuer':
      'The certificate of the server comes from an issuer that this computer does not trust. Check the host, or have the issuer’s certificate installed on this computer.',
    'self-signed':
      'The server has signed its certificate itself, so nobody vouches for it. Check the host, or have the certificate installed on this computer.',
    'wrong-name': 'The certificate of the server is for another host name. Check how the host is written.',
    expired:
      'The certificate of the server has expired. Tell the operator of the server, and check the clock of this computer.',
    'not-yet-valid': 'The certificate of the server is not valid yet. Check the date and time of this computer.',
    'client-certificate-required':
      'The server asks for a certificate of this computer, which this application cannot present.',
    'client-certificate-refused': 'The server refuses the certificate of this computer.',
    'protocol-mismatch':
      'The server offers only encryption that is too old or unknown (TLS 1.2 or newer is needed). Tell the operator of the server.',
    'server-is-plaintext': 'The server answers without encryption on this port. Check the port.',
    'server-is-tls':
      'The server expects an encrypted connection on this port, but this connection is not encrypted. Check host, port and the setting for plaintext.',
    'http-1': 'An HTTP/1 server answers on this port; openOBD needs HTTP/2. Check host and port.',
  },
  failure: {
    'invalid-input': 'Something you typed cannot be used.',
    'not-found': 'That no longer exists.',
    'unknown-ticket': 'There is no ticket with this number. Check the number on the repair order.',
    'unknown-connector': 'There is no diagnostic adapter with this number. Check the number on the device.',
    'connector-offline': 'The diagnostic adapter is offline. Check its plug and its internet connection.',
    'resource-in-use': 'Another session already uses this connection.',
    'no-free-resources': 'The platform has no free place at the moment. Try again in two minutes.',
    'wrong-credentials': 'The server does not accept the client ID or the secret.',
    'secret-missing': 'The secret of this server is needed again. It is kept only while the application is open.',
    'server-gone': 'The server used last time is no longer known. Choose one.',
    'server-chosen': 'This server is chosen. Choose another one before you remove it.',
    'plaintext-declined': 'The server was not saved, because unencrypted sending was not agreed to.',
    'cluster-missing': 'The cluster is missing or wrong.',
    unauthorised: 'The server does not accept the access data any more.',
    'already-claimed': 'Somebody else has already taken this session.',
    'not-allowed-now': 'That is not possible at this moment.',
    'session-ended': 'The session has already ended.',
    'session-expired': 'The session has expired. Start a new one.',
    'connection-lost': 'The connection was lost before it was done.',
    'timed-out': 'The server did not answer in time.',
    'not-supported-by-server': 'This server cannot do that.',
    'not-an-openobd-service': 'This is not an openOBD service. Check host and port.',
    'tls-failed': 'No encrypted connection to the server is possible. Check host, port and certificate.',
    'endpoint-refused': 'This server is refused for security reasons. Keys are only sent encrypted.',
    'engine-failed': 'The built-in simulator stopped working.',
    'car-not-reached':
      'The car cannot be reached at the moment. Check that the diagnostic adapter is plugged in and has internet.',
    'function-failed': 'The function failed.',
    'prompt-answered': 'This question was already answered somewhere else.',
    'prompt-withdrawn': 'The question was withdrawn before your answer arrived.',
    'answer-invalid': 'The function does not accept this answer.',
    'secret-in-text': 'This text contains a client secret or a token of this application. It was not sent. Remove it.',
    'image-unavailable': 'The picture cannot be shown.',
    'storage-failed': 'The record cannot be saved on this computer. The session goes on.',
    'disk-full': 'The disk of this computer is full. Free some space and try again.',
    'not-recorded': 'The record could not be saved, so nothing was done. {{reason}}',
    'too-many-requests': 'Too many requests. Try again in a moment.',
    internal: 'Something went wrong inside the application.',
  },
} as const
