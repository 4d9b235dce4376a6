/**
 * A thread that is asked one thing after another and answers each. What it cannot answer, or does not live to answer, is a rejection:
 * whoever asked does it himself.
 */
import type { MessagePort, Worker } from 'node:worker_threads'

interface Asked<Question> {
  readonly number: number
  readonly question: Question
}

type Answered<Answer> = { readonly number: number } & (
  | { readonly answer: Answer }
  /** What was thrown, in words. */
  | { readonly failed: string }
)

/** In the thread. Questions and answers are plain data. */
export const serveThread = <Question, Answer>(
  port: MessagePort,
  answerTo: (question: Question) => Answer | Promise<Answer>,
): void => {
  const answered = async ({ number, question }: Asked<Question>): Promise<Answered<Answer>> => {
    try {
      return { number, answer: await answerTo(question) }
    } catch (error) {
      return { number, failed: error instanceof Error ? error.message : String(error) }
    }
  }
  port.on('message', async (asked: Asked<Question>) => port.postMessage(await answered(asked)))
}

export interface Thread<Question, Answer> {
  /** Rejects where the thread could not, or ends. */
  ask(question: Question): Promise<Answer>
  readonly isOpen: () => boolean
  close(): Promise<void>
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

const GONE = 'the thread has ended'

export const openThread = <Question, Answer>(worker: Worker): Thread<Question, Answer> => {
  const waiting = new Map<number, Waiting<Answer>>()
  let [count, isOpen] = [0, true]
  const end = (): void => {
    isOpen = false
    for (const { reject } of waiting.values()) reject(new Error(GONE))
    waiting.clear()
  }
  worker.on('message', (answered: Answered<Answer>) => {
    const own = waiting.get(answered.number)
    waiting.delete(answered.number)
    if ('failed' in answered) own?.reject(new Error(answered.failed))
    else own?.resolve(answered.answer)
    if (waiting.size === 0) worker.unref()
  })
  worker.on('error', end)
  worker.on('exit', end)
  worker.unref()
  return {
    ask: question =>
      new Promise((resolve, reject) => {
        if (!isOpen) {
          reject(new Error(GONE))
          return
        }
        count += 1
        waiting.set(count, { resolve, reject })
        // A process does not end while something of it is worked on.
        worker.ref()
        const asked: Asked<Question> = { number: count, question }
        worker.postMessage(asked)
      }),
    isOpen: () => isOpen,
    close: async () => {
      await worker.terminate()
    },
  }
}
