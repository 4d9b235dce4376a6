/** Questions answered by real threads: in order, whatever each takes, and by whoever asks where a thread cannot. */
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { type Answering, answersInOrder } from '../../io/threads/answers-in-order.ts'
import { remaining } from '../../io/threads/remaining.ts'

/** Answers with ten times the number, the later ones first; fails at 3, ends at 5. */
const CODE = `
  const { parentPort } = require('node:worker_threads')
  parentPort.on('message', ({ number, question }) => {
    if (question === 5) process.exit(1)
    const answered = question === 3 ? { number, failed: 'no' } : { number, answer: 'thread ' + 10 * question }
    setTimeout(() => parentPort.postMessage(answered), 40 - 3 * question)
  })`

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number
}

const answering = (given: Partial<Answering<number, string>> = {}): Answering<number, string> => ({
  threads: 2,
  start: () => new Worker(CODE, { eval: true }),
  isOwn: number => number === 1,
  here: async number => `here ${10 * number}`,
  isWorth: () => true,
  ...given,
})

const all = async (answers: AsyncIterable<string>): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const answer of answers) found.push(answer)
  return found
}

test('answers come in the order of the questions, and what a thread cannot do is done here', async () => {
  const found = await all(answersInOrder(numbers(5), answering()))
  expect(found).toEqual(['thread 0', 'here 10', 'thread 20', 'here 30', 'thread 40'])
})

test('a thread that ends loses no question', async () => {
  const found = await all(answersInOrder(numbers(9), answering()))
  expect(found.map(text => text.replace(/^\w+ /, ''))).toEqual(Array.from({ length: 9 }, (_, index) => `${10 * index}`))
  expect(found[5]).toBe('here 50')
})

test('no thread is started before it is worth one, nor where only one is wanted', async () => {
  let [time, done] = [0, 0]
  let started = 0
  const start = (): Worker => {
    started++
    return new Worker(CODE, { eval: true })
  }
  const left = remaining(40, () => time)
  const found: string[] = []
  for await (const answer of answersInOrder(numbers(5), answering({ isWorth: left.isMuch, start }))) {
    found.push(answer)
    time += 50
    left.done(++done < 2 ? 1 : 0)
    if (done === 2) time += 200
  }
  expect(found.slice(0, 3)).toEqual(['here 0', 'here 10', 'thread 20'])
  expect(started).toBeGreaterThan(0)
  started = 0
  expect(await all(answersInOrder(numbers(3), answering({ threads: 1, start })))).toEqual([
    'here 0',
    'here 10',
    'here 20',
  ])
  expect(started).toBe(0)
})

test('what fails is told in its turn, and whoever stops early is not left with threads', async () => {
  const failing = answering({ here: async number => Promise.reject(new Error(`no ${number}`)) })
  await expect(all(answersInOrder(numbers(4), failing))).rejects.toThrow('no 1')
  const threads: Worker[] = []
  const start = (): Worker => {
    const worker = new Worker(CODE, { eval: true })
    threads.push(worker)
    return worker
  }
  for await (const _ of answersInOrder(numbers(9), answering({ start }))) break
  expect(threads.map(({ threadId }) => threadId)).toEqual(threads.map(() => -1))
})
