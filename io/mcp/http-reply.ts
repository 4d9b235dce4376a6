/**
 * The response to one modern request over HTTP: JSON where the answer is all that there is to say, else a stream that ends with the
 * answer. It cannot be taken up again: a client that closes it has given the request up.
 */
import type { ServerResponse } from 'node:http'
import { beginEvents } from './event-stream.ts'
import { CODES, type Json, own } from './message.ts'
import type { Carried, Reply } from './reply.ts'

/** Milliseconds after which an answer that has not come is waited for on a stream, which can be kept alive. */
const PATIENCE = 5_000

/** The status that the protocol wants for these errors; with every other answer the request itself was fine. */
const STATUS: Readonly<Record<number, number>> = {
  [CODES.method]: 404,
  [CODES.headers]: 400,
  [CODES.capability]: 400,
  [CODES.version]: 400,
}

export interface HttpReply extends Reply {
  /** Whom it concerns that the client is gone, or slow. */
  carry(carried: Carried): void
  /** Called every few seconds. */
  tick(now: number): void
  readonly isOver: boolean
}

export const createHttpReply = (response: ServerResponse, since: number): HttpReply => {
  let isStream = false
  let isOver = false
  let isSlow = false
  let carried: Carried | null = null

  const relieved = (): void => {
    if (!isSlow) return
    isSlow = false
    carried?.ready(true)
  }
  const write = (text: string): void => {
    if (response.write(text) || isSlow) return
    isSlow = true
    carried?.ready(false)
  }
  const begin = (): void => {
    if (isStream) return
    isStream = true
    beginEvents(response, {})
  }
  response.on('drain', relieved)
  response.once('close', () => {
    relieved()
    if (isOver) return
    isOver = true
    carried?.gone()
  })
  const answer = (message: Json): void => {
    isOver = true
    if (isStream) {
      write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
      response.end()
      return
    }
    const status = STATUS[Number(own(own(message, 'error'), 'code'))] ?? 200
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(message))
  }
  return {
    send: message => {
      if (isOver) return
      if (message.method === undefined) return answer(message)
      begin()
      write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
    },
    carry: given => {
      carried = given
      if (isOver) given.gone()
    },
    tick: now => {
      if (isOver) return
      if (isStream) write(': keepalive\n\n')
      else if (now - since >= PATIENCE) begin()
    },
    get isOver() {
      return isOver
    },
  }
}
