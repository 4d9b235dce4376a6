/**
 * P4: a tool call through the gateway to the real filesystem server, beside the same call made directly and through a proxy that
 * only passes messages. One call of each way at a time, in another order each round: what else the machine does hits all alike.
 */
import { rmSync } from 'node:fs'
import { newPlace, type Place, SIZES, type Size } from './gateway/place.ts'
import { quantileOf } from './gateway/quantile.ts'
import { request, type Wire } from './gateway/rpc.ts'
import { DIRECT, WAYS, type Way } from './gateway/ways.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

export interface GatewayOptions {
  /** Share of the calls of each size. */
  readonly share: number
}

interface Opened extends Way {
  readonly wire: Wire
}

interface Figures {
  readonly size: string
  readonly way: string
  readonly transport: Way['transport']
  readonly calls: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds beyond the direct call, at the same quantile. */
  readonly added50: number
  readonly added99: number
  /** What is added at p50, beside what the pass-through proxy of the same transport adds. */
  readonly timesAdded50: number | null
  /** The whole call at p99, beside the same proxy's. */
  readonly times99: number | null
}

const WARM = 30

const shuffled = <T>(list: readonly T[]): readonly T[] =>
  list
    .map(entry => ({ entry, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry)

const timesOf = async (ways: readonly Opened[], size: Size, place: Place, calls: number) => {
  const paths = place.pathsOf(size)
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]))
  for (let round = -Math.min(WARM, calls); round < calls; round++) {
    const path = paths[Math.abs(round) % paths.length]
    for (const { name, wire, era } of shuffled(ways)) {
      const asked = request('tools/call', { name: 'read_text_file', arguments: { path } }, era)
      const start = performance.now()
      const answer = await wire.ask(asked)
      const took = performance.now() - start
      if (answer.length < size.length || answer.slice(-500).includes('"isError":true'))
        throw new Error(`\`${name}\` did not answer with the paper: ${answer.slice(0, 500)}`)
      if (round >= 0) times.get(name)?.push(took)
    }
  }
  return times
}

const figuresOf = (size: Size, ways: readonly Way[], times: ReadonlyMap<string, readonly number[]>): Figures[] => {
  const quantile = (name: string | undefined, share: number): number => quantileOf(times.get(name ?? '') ?? [], share)
  const direct = { p50: quantile(DIRECT, 0.5), p99: quantile(DIRECT, 0.99) }
  return ways.map(({ name, transport }) => {
    const p50 = quantile(name, 0.5)
    const p99 = quantile(name, 0.99)
    const proxy = ways.find(way => way.isProxy && way.transport === transport)?.name
    const isCompared = name !== DIRECT && name !== proxy
    return {
      size: size.name,
      way: name,
      transport,
      calls: times.get(name)?.length ?? 0,
      p50,
      p99,
      added50: p50 - direct.p50,
      added99: p99 - direct.p99,
      timesAdded50: isCompared ? (p50 - direct.p50) / (quantile(proxy, 0.5) - direct.p50) : null,
      times99: isCompared ? p99 / quantile(proxy, 0.99) : null,
    }
  })
}

const HEADING = [
  'result',
  'way',
  'calls',
  'p50 ms',
  'p99 ms',
  'added p50',
  'added p99',
  '× proxy, added p50',
  '× proxy, p99',
]

const figure = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits))

const rowOf = (row: Figures): readonly string[] => [
  row.size,
  row.way,
  String(row.calls),
  figure(row.p50),
  figure(row.p99),
  row.way === DIRECT ? '–' : figure(row.added50),
  row.way === DIRECT ? '–' : figure(row.added99),
  figure(row.timesAdded50),
  figure(row.times99),
]

const NOTES = [
  'The policy is derived from eight recorded sessions; every call is allowed. `pipe` copies bytes; `proxy` reads each message and writes',
  'it again, and over HTTP is the least that answers; `mcp-proxy` is the npm package; `recorder` is `ambit record --mcp`. The server speaks standard streams only: what',
  'HTTP adds is in every figure of that transport, and `direct` is always without it. One session a way: its context is bounded and',
  'full after 256 KB, so results beyond are read and compared, not kept. The server says each text twice, as content and as structure.',
].join('\n')

export const gateway = async ({ share }: GatewayOptions): Promise<Report> => {
  const place = await newPlace()
  const ways: Opened[] = []
  try {
    for (const way of WAYS) ways.push({ ...way, wire: await way.open(place) })
    const figures: Figures[] = []
    for (const size of SIZES) {
      const times = await timesOf(ways, size, place, Math.ceil(size.calls * share))
      figures.push(...figuresOf(size, ways, times))
    }
    return { text: `${table(HEADING, figures.map(rowOf))}\n\n${NOTES}`, json: { figures } }
  } finally {
    await Promise.all(ways.map(({ wire }) => wire.close()))
    rmSync(place.folder, { recursive: true, force: true })
  }
}
