/** Sessions of calls that name none: where the pauses show two groups, in whatever order the calls come; nowhere else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../core/model/canonical.ts'
import { type Micros, NO_FACTS, type Observation } from '../../core/model/observation.ts'
import { judge } from '../../core/pipeline.ts'
import { inferSessions, pauseBetweenTasks } from '../../core/profile/infer-sessions.ts'
import type { Fed } from './arbitrary-evidence.ts'
import { collected, fed, policiesOf, policyTexts } from './evidence-line.ts'

const SECOND: Micros = 1_000_000
const MORNING: Micros = Date.UTC(2026, 2, 2, 8) * 1_000

const call = (id: string, start: Micros, more: Partial<Observation> = {}): Observation => ({
  id,
  source: 'mcp-log',
  workload: { namespace: 'agents', name: 'librarian' },
  session: null,
  witness: 'agents/librarian-0/2026-03-02',
  substrate: 'tool',
  action: 'look_up',
  values: [{ dimension: 'tool.args.id', value: 'B-12' }],
  visibility: 'seen',
  start,
  end: start + SECOND / 10,
  outcome: 'ok',
  result: null,
  facts: NO_FACTS,
  ...more,
})

/** Tasks of several calls: pauses of a second or so inside, of minutes between. */
const tasks = (counts: readonly number[], inside: (n: number) => Micros, between: (n: number) => Micros) => {
  let time = MORNING
  let n = 0
  return counts.flatMap((count, task) => {
    time += task === 0 ? 0 : between(task)
    return Array.from({ length: count }, (_, index) => {
      time += index === 0 ? 0 : inside(++n)
      return call(`${task}-${index}`, time)
    })
  })
}

const arbitraryTasks = fc
  .record({
    counts: fc.array(fc.integer({ min: 4, max: 9 }), { minLength: 6, maxLength: 20 }),
    inside: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 9 }),
    between: fc.array(fc.integer({ min: 120, max: 900 }), { minLength: 3, maxLength: 9 }),
  })
  .map(({ counts, inside, between }) =>
    tasks(
      counts,
      n => (inside[n % inside.length] ?? 1) * SECOND,
      n => (between[n % between.length] ?? 120) * SECOND,
    ),
  )

const sessionsOf = (observations: readonly Observation[]) =>
  new Map(observations.map(({ id, session }) => [id, session] as const))

describe('calls that name no session', () => {
  test('get one for each task that their pauses show, and say that it is inferred', () => {
    fc.assert(
      fc.property(arbitraryTasks, calls => {
        const sessions = new Map<string, Set<string | null>>()
        for (const { id, session, witness, inferred } of inferSessions(calls)) {
          expect([inferred, witness]).toEqual([true, session])
          const task = id.split('-')[0] ?? ''
          sessions.set(task, (sessions.get(task) ?? new Set()).add(session))
        }
        expect([...sessions.values()].every(({ size }) => size === 1)).toBe(true)
        expect(new Set([...sessions.values()].flatMap(each => [...each])).size).toBe(sessions.size)
      }),
    )
  })

  test('get the same in whatever order they come, and however often', () => {
    const shuffled = arbitraryTasks.chain(calls =>
      fc.tuple(
        fc.constant(calls),
        fc.shuffledSubarray([...calls, ...calls.slice(3, 6)], { minLength: calls.length + 3 }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([calls, other]) => {
        const one = policiesOf(collected(calls.map(fed)), 'structural')
        expect(policyTexts(policiesOf(collected(other.map(fed)), 'structural'))).toBe(policyTexts(one))
        expect([...one.values()][0]?.coverage.substrates[0]?.witnesses).toBeGreaterThan(1)
      }),
      { numRuns: 50 },
    )
  })

  test('are judged in the sessions in which they were learned', () => {
    const evidence = collected(
      tasks(
        Array(12).fill(6),
        () => SECOND,
        () => 300 * SECOND,
      ).map(fed),
    )
    const [policy] = [...policiesOf(evidence, 'structural').values()]
    const [own] = [...evidence.workloads.values()]
    if (policy === undefined || own === undefined) throw new Error('no policy')
    expect(policy.permissions).toMatchObject([{ action: 'look_up', evidence: { sessions: 12 } }])
    const { judgements } = { judgements: judge(policy, own, { context: 'all', at: null }) }
    expect(canonicalJson(judgements)).not.toContain('"deny"')
  })

  test.each([
    [
      'too few',
      tasks(
        [4, 4, 4],
        () => SECOND,
        () => 300 * SECOND,
      ),
    ],
    [
      'one pace',
      tasks(
        [60],
        n => (1 + (n % 3)) * SECOND,
        () => 0,
      ),
    ],
    [
      'an even spread of pauses',
      tasks(
        [60],
        n => SECOND * 1.15 ** n,
        () => 0,
      ),
    ],
    [
      'pauses that only three tell of',
      tasks(
        [20, 20, 20, 20],
        () => SECOND,
        () => 300 * SECOND,
      ),
    ],
    [
      'tasks of one call',
      tasks(
        Array(60).fill(1),
        () => 0,
        n => (60 + n) * SECOND,
      ),
    ],
  ])('keep the process lifetime on that day where there is no pattern: %s', (_name, calls) => {
    expect(inferSessions(calls)).toBe(calls)
  })

  test('of another process, of a session, of a trace, or of no tool are not touched', () => {
    const calls = tasks(
      Array(8).fill(5),
      () => SECOND,
      () => 300 * SECOND,
    )
    const others = [
      call('a', MORNING, { witness: 'another' }),
      call('b', MORNING, { session: 's', witness: 's' }),
      call('c', MORNING, { link: { trace: 't', span: 'x', parent: null, sessionIsTrace: true } }),
      call('d', MORNING, { substrate: 'process', action: 'exec' }),
      call('e', MORNING, { substrate: 'iam', action: 's3:GetObject' }),
    ]
    const inferred = inferSessions([...others, ...calls])
    expect(inferred.slice(0, others.length)).toEqual(others)
    expect(sessionsOf(inferred.slice(others.length))).toEqual(sessionsOf(inferSessions(calls)))
  })

  test('give what happened in their pod below them a session', () => {
    const pod = 'agents/librarian-0'
    const calls = tasks(
      Array(8).fill(5),
      () => SECOND,
      () => 300 * SECOND,
    ).map(each => ({ ...each, pod }))
    const connect = call('net', MORNING + SECOND / 20, {
      substrate: 'network',
      action: 'tcp/443',
      pod,
      witness: 'process 1',
    })
    const { workloads } = collected([...calls, connect].map(fed))
    const joined = workloads.get('agents/librarian')?.observations.find(({ id }) => id === 'net')
    expect(joined).toMatchObject({ cause: 'look_up', session: inferSessions(calls)[0]?.session })
  })
})

test('calls at random have no pause between tasks', () => {
  let [refused, state] = [0, 1]
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  for (let run = 0; run < 500; run++) {
    const pauses = Array.from({ length: 20 + (run % 300) }, () => -Math.log(random()) * 10 * SECOND)
    if (pauseBetweenTasks(pauses) === null) refused += 1
  }
  expect(refused).toBeGreaterThanOrEqual(495)
})

test('pauses of other processes decide nothing', () => {
  const process = (name: string, pace: Micros): readonly Fed[] =>
    tasks(
      [60],
      () => pace,
      () => 0,
    ).map(each => fed({ ...each, id: `${name}-${each.id}`, witness: name }))
  const { workloads } = collected([...process('a', SECOND), ...process('b', 300 * SECOND)])
  expect(workloads.get('agents/librarian')?.observations.some(({ inferred }) => inferred)).toBe(false)
})
