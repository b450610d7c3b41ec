import { once } from 'node:events'
import { createServer } from 'node:http'

/** A web server on loopback that serves one body for every path; returns its address and a function that stops it. */
export async function servePicture(body: Buffer, contentType = 'image/png') {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': contentType, 'content-length': body.length })
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The picture server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/picture`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
