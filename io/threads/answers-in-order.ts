/** One question after the other → their answers in the same order: here at first, and once there is much to do, by as many threads as may be. */
import type { Worker } from 'node:worker_threads'
import { openThread, type Thread } from './thread.ts'

export interface Answering<Question, Answer> {
  /** Threads at most; fewer than two: everything is done here. */
  readonly threads: number
  readonly start: () => Worker
  /** What no other thread can be asked. */
  readonly isOwn: (question: Question) => boolean
  /** Answers in this thread: what came first, what is its own, and what another one could not. */
  readonly here: (question: Question) => Promise<Answer>
  /** Whether enough is left to do for threads: each begins cold. Asked before each question, until it is. */
  readonly isWorth: () => boolean
}

/** Questions that a thread has at a time: the next one is there when it is through. */
const DEPTH = 2

interface Asked<Question, Answer> {
  readonly thread: Thread<Question, Answer>
  waiting: number
}

const createPool = <Question, Answer>({ threads, start, isOwn, here }: Answering<Question, Answer>) => {
  const all: Asked<Question, Answer>[] = []
  /** One that waits, a new one while there may be more, or the one with the fewest questions; null: all have ended. */
  const free = (): Asked<Question, Answer> | null => {
    const [best] = all.filter(({ thread }) => thread.isOpen()).sort((a, b) => a.waiting - b.waiting)
    if (best !== undefined && (best.waiting === 0 || all.length >= threads)) return best
    if (all.length >= threads) return null
    const started = { thread: openThread<Question, Answer>(start()), waiting: 0 }
    all.push(started)
    return started
  }
  return {
    ask: async (question: Question): Promise<Answer> => {
      const asked = isOwn(question) ? null : free()
      if (asked === null) return here(question)
      asked.waiting += 1
      try {
        return await asked.thread.ask(question)
      } catch {
        // A thread that ended costs time; what is wrong with the question is told by whoever is asked it here.
        return here(question)
      } finally {
        asked.waiting -= 1
      }
    },
    close: async (): Promise<void> => {
      await Promise.all(all.map(({ thread }) => thread.close()))
    },
  }
}

/** Rejects as `questions` and `here` do. Whoever stops early waits for what was asked. */
export async function* answersInOrder<Question, Answer>(
  questions: AsyncIterable<Question>,
  answering: Answering<Question, Answer>,
): AsyncGenerator<Answer> {
  const { threads, here, isWorth } = answering
  const pool = createPool(answering)
  const asked: Promise<Answer>[] = []
  let isBegun = false
  try {
    for await (const question of questions) {
      isBegun ||= threads > 1 && isWorth()
      if (!isBegun) {
        yield await here(question)
        continue
      }
      const answer = pool.ask(question)
      // What fails while nobody waits for it yet is kept until somebody does.
      answer.catch(() => undefined)
      asked.push(answer)
      const [first] = asked
      if (first === undefined || asked.length < threads * DEPTH) continue
      yield await first
      asked.shift()
    }
    for (const answer of asked) yield await answer
  } finally {
    await Promise.allSettled(asked)
    await pool.close()
  }
}
