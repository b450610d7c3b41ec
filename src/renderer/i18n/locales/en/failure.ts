/** English texts. */
export const failure = {
  cause: {
    'name-unknown': 'There is no server with this name. Check how the host is written.',
    'name-service-silent':
      'The name of the server cannot be looked up: no name server answers. Check the network connection of this computer.',
    'network-unreachable':
      'This computer has no way to the server. Check its network connection, and VPN if you use one.',
    'nothing-listens':
      'The computer with this name answers, but no server runs on this port. Check the port; it may also be starting.',
    'host-silent':
      'The server does not answer. Check host and port. A firewall may also block the way: ask whoever looks after the network.',
    'server-silent': 'The server accepts the connection and then says nothing. Check the port, or try again later.',
    'server-closes': 'The server closes the connection at once and gives no reason. Check host and port.',
    'proxy-settings-unreadable':
      'The proxy settings of this computer cannot be read. Ask whoever looks after the network, or type the proxy in the settings of this server.',
    'proxy-kind-unsupported':
      'The settings of this computer name a proxy that cannot be used here ({{proxy}}). An HTTP proxy is needed: type it in the settings of this server.',
    'proxy-name-unknown': 'There is no proxy with the name {{proxy}}. Check how it is written.',
    'proxy-not-listening': 'No proxy runs at {{proxy}}. Check its host and port.',
    'proxy-silent':
      'The proxy {{proxy}} does not answer. Check its host and port, or ask whoever looks after the network.',
    'proxy-cuts': 'The proxy {{proxy}} cuts the connection before it is made. Ask whoever looks after the network.',
    'proxy-needs-sign-in':
      'The proxy {{proxy}} asks for a user and a password. Type them in the settings of this server.',
    'proxy-refuses-sign-in':
      'The proxy {{proxy}} does not accept the user or the password. Check both in the settings of this server.',
    'proxy-refuses':
      'The proxy {{proxy}} does not allow a connection to this server. Ask whoever looks after the network to allow host and port.',
    'proxy-cannot-reach': 'The proxy {{proxy}} cannot reach the server. Check host and port of the server.',
    'proxy-shows-page':
      'The proxy {{proxy}} answers with a web page instead of a connection. Open a web browser: you may have to sign in to the network there first.',
    'proxy-is-none': 'What answers at {{proxy}} is not a proxy for such connections. Check host and port of the proxy.',
    'tunnel-cut':
      'The connection through the proxy {{proxy}} was cut. Reconnecting automatically. If it happens often, ask whoever looks after the network to allow long connections.',
    'client-certificate-expired':
      'The certificate of this computer has ended or is not valid yet. Add a new one in the settings of this server, and check the clock of this computer.',
    'untrusted-issuer':
      'The certificate of the server comes from an issuer that this computer does not trust. Check the host, or have the issuer’s certificate installed on this computer.',
    'self-signed':
      'The server has signed its certificate itself, so nobody vouches for it. Check the host, or have the certificate installed on this computer.',
    'wrong-name': 'The certificate of the server is for another host name. Check how the host is written.',
    expired:
      'The certificate of the server has expired. Tell the operator of the server, and check the clock of this computer.',
    'not-yet-valid': 'The certificate of the server is not valid yet. Check the date and time of this computer.',
    'client-certificate-required':
      'The server asks for a certificate of this computer. Add one in the settings of this server.',
    'client-certificate-refused': 'The server refuses the certificate of this computer.',
    'protocol-mismatch':
      'The server offers only encryption that is too old or unknown (TLS 1.2 or newer is needed). Tell the operator of the server.',
    'server-is-plaintext': 'The server answers without encryption on this port. Check the port.',
    'server-is-tls':
      'The server expects an encrypted connection on this port, but this connection is not encrypted. Check host, port and the setting for plaintext.',
    'http-1': 'An HTTP/1 server answers on this port; openOBD needs HTTP/2. Check host and port.',
  },
  pem: {
    'no-certificate':
      'There is no certificate in these files. Choose PEM files (they begin with -----BEGIN CERTIFICATE-----).',
    'no-key': 'There is no private key in these files. Choose the certificate and its key together.',
    'key-protected': 'The private key is protected by a password. Export it without a password, then import it again.',
    'key-of-another-certificate':
      'The private key belongs to another certificate. Choose the two files that belong together.',
  },
  failure: {
    'partner-api-failed': 'The Partner API has a problem at the moment. It is asked again automatically.',
    'partner-api-forbidden': 'This account may not read that by the Partner API. Ask your contact at the platform.',
    'partner-api-unreadable':
      'What answers at the address of the Partner API is not the Partner API. Check the addresses in the settings of this server.',
    'secret-locked': 'The keyring of this computer is locked. Unlock it; the connection follows automatically.',
    'file-unreadable':
      'This file is damaged or is not a list of servers. Choose a file that was exported by this application.',
    'file-too-new':
      'This file comes from a newer version of the application. Update the application, then import it again.',
    'certificate-unusable': 'These certificates cannot be used.',
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
    'proxy-failed': 'The proxy does not let the connection through. Check the proxy in the settings of this server.',
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
    'update-unreachable': 'The update server cannot be reached. The application works without it; try again later.',
    'update-not-signed':
      'The update was not taken, because nobody vouches for it: its signature is missing or wrong, or it did not come encrypted. Tell whoever runs the update server.',
    'update-damaged': 'The update arrived damaged or incomplete and was not taken. Try again.',
    'update-stale':
      'The update was not taken, because its list is older than 30 days. Check the date of this computer, and tell whoever runs the update server.',
    'update-older': 'The update server offers an older version than the one you have. Nothing was changed.',
    'update-not-installed':
      'The update could not be put in place; the version you have stays. Close other copies of the application, check that you may write to its folder, and try again.',
    'update-job-open': 'No update while a job is open. Finish the job first.',
    internal: 'Something went wrong inside the application.',
  },
} as const
