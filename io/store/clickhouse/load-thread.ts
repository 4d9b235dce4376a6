/** Loading in a thread of its own. What a thread that ends had read and not handed back, somebody else reads again. */
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Folding } from '../../../core/model/folding.ts'
import type { FilePart } from '../../evidence/read-records.ts'
import type { Reader } from '../load.ts'
import type { FreshRow, Kept } from './fresh-units.ts'
import { createLoader, type LoadClock, type Loaded, type LoadedFolds, type Loader } from './loader.ts'

/** The first thing that a thread is told: which of all it is, and how it reaches the others (itself left out). */
export interface LoadTeam {
  readonly index: number
  readonly peers: readonly (MessagePort | null)[]
  readonly kept: Kept
}

type Asked = { readonly team: LoadTeam } | { readonly part: FilePart | null; readonly clock: LoadClock }

/** Null: it could not be loaded. */
type Answered = { readonly loaded: Loaded | null } | { readonly folds: LoadedFolds | null }

/** Of the threads, which folds the unit. */
const ownerOf = (unit: string, threads: number): number => Number.parseInt(unit.slice(0, 8), 16) % threads

const loaderOf = ({ index, peers, kept }: LoadTeam, reader: Reader, folding: Folding): Loader =>
  createLoader(reader, folding, {
    kept,
    isOwn: unit => ownerOf(unit, peers.length) === index,
    handOver: items => {
      const byOwner = new Map<number, FreshRow[]>()
      for (const item of items) {
        const owner = ownerOf(item.unit, peers.length)
        const own = byOwner.get(owner) ?? []
        byOwner.set(owner, own)
        own.push(item)
      }
      for (const [owner, own] of byOwner) peers[owner]?.postMessage(own)
    },
  })

/** In the thread. */
export const serveLoads = (port: MessagePort, reader: Reader, folding: Folding): void => {
  let team: LoadTeam | null = null
  let loader: Loader | null = null
  /** INVARIANT: what a peer handed over before it answered is there when something is asked after that answer. */
  const takeOver = (): void => {
    for (const peer of team?.peers ?? []) {
      if (peer === null) continue
      for (let told = receiveMessageOnPort(peer); told !== undefined; told = receiveMessageOnPort(peer))
        loader?.keep(told.message)
    }
  }
  port.on('message', (asked: Asked) => {
    if ('team' in asked) {
      team = asked.team
      loader = loaderOf(team, reader, folding)
      return
    }
    takeOver()
    const { part, clock } = asked
    const answer: Answered =
      part === null ? { folds: loader?.finish(clock) ?? null } : { loaded: loader?.load(part, clock) ?? null }
    port.postMessage(answer)
  })
}

export interface LoadThread {
  /** Answered in the order of asking. Rejects where the thread ended. */
  load(part: FilePart, clock: LoadClock): Promise<Loaded>
  finish(clock: LoadClock): Promise<LoadedFolds | null>
  /** How much it was asked that it has not answered. */
  readonly waiting: () => number
  readonly isOpen: () => boolean
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: Answered) => void
  readonly reject: (error: Error) => void
}

const ENDED = 'the thread that loads has ended'

export const openLoadThread = (worker: Worker, team: LoadTeam): LoadThread => {
  const waiting: Waiting[] = []
  let isOpen = true
  const end = (): void => {
    isOpen = false
    for (const { reject } of waiting.splice(0)) reject(new Error(ENDED))
  }
  worker.on('message', (answer: Answered) => waiting.shift()?.resolve(answer))
  // What is thrown there ends it, and nothing more: its parts are read again here.
  worker.on('error', end)
  worker.on('exit', end)
  worker.postMessage(
    { team } satisfies Asked,
    team.peers.filter(peer => peer !== null),
  )
  const ask = (asked: Asked): Promise<Answered> =>
    new Promise((resolve, reject) => {
      if (!isOpen) {
        reject(new Error(ENDED))
        return
      }
      waiting.push({ resolve, reject })
      worker.postMessage(asked)
    })
  return {
    load: async (part, clock) => {
      const answer = await ask({ part, clock })
      if (!('loaded' in answer) || answer.loaded === null) throw new Error(ENDED)
      return answer.loaded
    },
    finish: async clock => {
      const answer = await ask({ part: null, clock })
      return 'folds' in answer ? answer.folds : null
    },
    waiting: () => waiting.length,
    isOpen: () => isOpen,
    close: async () => {
      await worker.terminate()
    },
  }
}
