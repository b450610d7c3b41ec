process.stdout.write(`argument=${process.argv[2]} environment=${process.env.CONTRACT}\n`)
process.parentPort.on('message', ({ data }) => {
  if (data.type === 'end') process.exit(data.code)
  else process.parentPort.postMessage({ echoed: data })
})
process.parentPort.postMessage({ type: 'ready' })
