/** A server that is killed in a soak: a program of its own. What arrives stands in a file before it is answered. Words: port, file. */
import { appendFileSync } from 'node:fs'
import { startStub } from '../replay/stub-server.ts'

const [port = '0', file = ''] = process.argv.slice(2)
const stub = await startStub(Number(port))
stub.onCall(({ args, answer }) => {
  appendFileSync(file, `${JSON.stringify(args)}\n`)
  // Some are under way when it is killed.
  setTimeout(() => answer('noted'), Math.random() * 200)
})
console.log(stub.url)
