/** Decoded items → evidence per workload: duplicates count once, every item is in the ledger. */
import { canonicalJson } from '../model/canonical.ts'
import type { Collector } from '../model/collector.ts'
import { digestText } from '../model/digest.ts'
import {
  type CallAnswer,
  type CatalogSighting,
  type EvidenceItem,
  lossKey,
  type NameLookup,
  type OwnItem,
  type UserRequest,
} from '../model/evidence.ts'
import type { Ledger } from '../model/ledger.ts'
import type { Observation } from '../model/observation.ts'
import { type Workload, workloadKey, workloadProblem } from '../model/workload.ts'
import type { SettledEvidence } from '../model/workload-evidence.ts'
import { completeCalls } from './complete-calls.ts'
import { inferSessions } from './infer-sessions.ts'
import { joinPods } from './join-pods.ts'
import { openLedger } from './ledger.ts'
import { linkTraces } from './link-traces.ts'
import { unitOf } from './unit.ts'
import { withoutSecrets } from './without-secrets.ts'

/** Items of one kind, and the places of those whose id another one has that says something else. */
interface List<Item> {
  readonly items: Item[]
  readonly contested: Set<number>
}

interface Gathered {
  readonly workload: Workload
  readonly observations: List<Observation>
  readonly requests: List<UserRequest>
  readonly catalogs: List<CatalogSighting>
  readonly answers: List<CallAnswer>
  readonly lookups: List<NameLookup>
}

const emptyList = <Item>(): List<Item> => ({ items: [], contested: new Set() })

interface Kept {
  /** Id → where its item is in the list. */
  readonly places: Map<string, number>
  /** Id → how many equal ones came after it. */
  readonly copies: Map<string, number>
}

/** Where a record stands in its stream is the ledger's, and no part of what it says. */
const withoutPosition = (item: EvidenceItem): EvidenceItem => {
  if (item.position === undefined || item.kind === 'end') return item
  const { position: _, ...rest } = item
  return rest
}

/** What is of no usable workload came, and is rejected. */
const asCounted = (item: EvidenceItem): EvidenceItem => {
  if (item.position === undefined || item.kind === 'rejected' || item.kind === 'loss' || item.kind === 'end')
    return item
  const { workload } = item.kind === 'observation' ? item.observation : item
  if (workloadProblem(workload) === null) return item
  return { kind: 'rejected', reason: 'invalid-workload', detail: '', position: item.position }
}

export const createCollector = (): Collector => {
  const book = openLedger()
  const seen = new Map<string, Kept>()
  const losses = new Set<string>()
  /** Where something was rejected. */
  const places = new Set<string>()
  const ends = new Set<string>()
  const workloads = new Map<string, Gathered>()

  const gathered = (workload: Workload): Gathered => {
    const key = workloadKey(workload)
    const found = workloads.get(key)
    if (found !== undefined) return found
    const fresh: Gathered = {
      workload,
      observations: emptyList(),
      requests: emptyList(),
      catalogs: emptyList(),
      answers: emptyList(),
      lookups: emptyList(),
    }
    workloads.set(key, fresh)
    return fresh
  }

  /** Each unit's own, so that none can take another's evidence for a duplicate. */
  const keptOf = (source: string, kind: string, workload: Workload, unit: string): Kept => {
    const key = `${source} ${kind} ${workloadKey(workload)} ${unit}`
    const known = seen.get(key)
    if (known !== undefined) return known
    const fresh: Kept = { places: new Map(), copies: new Map() }
    seen.set(key, fresh)
    return fresh
  }

  /**
   * INVARIANT (law 4): of several items with one id the same one is kept, and counted, in whatever order they come. It is no evidence of
   * need: whoever can add records could else replace true ones by their own.
   */
  const keep = <Item>(
    source: string,
    { places, copies }: Kept,
    id: string,
    { items, contested }: List<Item>,
    item: Item,
    /** How often it came. */
    count: number,
  ): void => {
    const place = places.get(id)
    const again = (more: number): void => {
      if (more === 0) return
      copies.set(id, (copies.get(id) ?? 0) + more)
      book.duplicate(source, more)
    }
    if (place === undefined) {
      places.set(id, items.push(item) - 1)
      book.accept(source)
      again(count - 1)
      return
    }
    const [known, now] = [canonicalJson(items[place]), canonicalJson(item)]
    if (known === now) {
      again(count)
      return
    }
    contested.add(place)
    if (digestText(known) < digestText(now)) {
      book.contradict(source, count, 0)
    } else {
      items[place] = item
      book.contradict(source, 1, copies.get(id) ?? 0)
      copies.delete(id)
      again(count - 1)
    }
  }

  const addOwn = (source: string, told: OwnItem, count: number): void => {
    const item = withoutSecrets(told)
    const { workload, id } = item.kind === 'observation' ? item.observation : item
    if (workloadProblem(workload) !== null) {
      for (let copy = 0; copy < count; copy++) book.reject(source, 'invalid-workload')
      return
    }
    const kept = keptOf(source, item.kind, workload, unitOf(item))
    const into = gathered(workload)
    if (item.kind === 'observation') keep(source, kept, id, into.observations, item.observation, count)
    else if (item.kind === 'request') keep(source, kept, id, into.requests, item, count)
    else if (item.kind === 'answer') keep(source, kept, id, into.answers, item, count)
    else if (item.kind === 'lookup') keep(source, kept, id, into.lookups, item, count)
    else keep(source, kept, id, into.catalogs, item, count)
  }

  const addItem = (source: string, numbered: EvidenceItem, place: string | null): void => {
    book.number(source, asCounted(numbered))
    const item = withoutPosition(numbered)
    if (item.kind === 'rejected') {
      if (place !== null && places.has(place)) book.duplicate(source, 1)
      else book.reject(source, item.reason)
      if (place !== null) places.add(place)
      return
    }
    if (item.kind === 'loss') {
      const id = lossKey(item)
      if (losses.has(`${source} ${id}`)) book.duplicate(source, 1)
      else book.lose(source, item.count, item.workloads)
      losses.add(`${source} ${id}`)
      return
    }
    if (item.kind === 'end') {
      if (ends.has(`${source} ${item.id}`)) book.duplicate(source, 1)
      else book.accept(source)
      ends.add(`${source} ${item.id}`)
      return
    }
    addOwn(source, item, 1)
  }

  const settled = (): { readonly evidence: readonly SettledEvidence[]; readonly ledger: Ledger } => {
    const repeats: string[] = []
    const evidence = [...workloads.values()].map(({ workload, catalogs, ...lists }): SettledEvidence => {
      const told = lists.observations.items.map((item, place) =>
        lists.observations.contested.has(place) ? { ...item, contested: true as const } : item,
      )
      const { observations, requests, repeated } = linkTraces(
        completeCalls(told, lists.answers.items),
        // What the user asked in two ways at once was asked in none that is known.
        lists.requests.items.filter((_, place) => !lists.requests.contested.has(place)),
      )
      repeats.push(...repeated)
      return {
        workload,
        observations: inferSessions(observations),
        requests,
        catalogs: catalogs.items,
        lookups: lists.lookups.items,
      }
    })
    return { evidence, ledger: book.close(repeats) }
  }

  return {
    add: (source, items, place) => {
      for (const [index, item] of items.entries())
        addItem(source, item, place === undefined ? null : `${source} ${place}/${index}`)
    },
    addCopies: addOwn,
    settle: settled,
    finish: () => {
      const { evidence, ledger } = settled()
      const joined = evidence.map(own => [workloadKey(own.workload), joinPods(own, [])] as const)
      return { workloads: new Map(joined), ledger }
    },
  }
}
