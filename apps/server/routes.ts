/** Method and path → what answers there, and which scope it needs. The table is the server's whole surface. */
import type { Grant } from '../../io/tokens/grant.ts'
import type { Deciding } from './evaluate.ts'
import { evaluateOne, REVIEWS_PATH } from './evaluate.ts'
import { evaluateMany } from './evaluate-many.ts'
import { EVALUATION_PATH, EVALUATIONS_PATH } from './metadata.ts'
import { got, type Result, refuse } from './refusal.ts'
import { answerReview, listHeld, readReview } from './review-routes.ts'
import { tellContext } from './tell-context.ts'

export interface Call {
  readonly grant: Grant
  /** Last part of the path, where the route has one. */
  readonly id: string
  readonly query: URLSearchParams
  /** Undefined where the method has none. */
  readonly body: unknown
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether one more part of the path is an id. */
  readonly hasId: boolean
  readonly may: (grant: Grant) => boolean
  readonly answer: (deciding: Deciding, call: Call) => Result<unknown> | Promise<Result<unknown>>
}

const decides = ({ decide }: Grant): boolean => decide.length > 0
const approves = ({ approve }: Grant): boolean => approve.length > 0

const reload = async (deciding: Deciding, { grant }: Call): Promise<Result<unknown>> =>
  got({ changes: await deciding.reload(grant.subject), problems: deciding.enforcer.policies.problems().length })

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: EVALUATION_PATH,
    hasId: false,
    may: decides,
    answer: (deciding, { grant, body }) => evaluateOne(deciding, grant, body),
  },
  {
    method: 'POST',
    path: EVALUATIONS_PATH,
    hasId: false,
    may: decides,
    answer: (deciding, { grant, body }) => evaluateMany(deciding, grant, body),
  },
  {
    method: 'POST',
    path: '/context/v1/events',
    hasId: false,
    may: ({ assertContext }) => assertContext.length > 0,
    answer: ({ enforcer }, { grant, body }) => tellContext(enforcer, grant, body),
  },
  {
    method: 'GET',
    path: REVIEWS_PATH,
    hasId: false,
    may: approves,
    answer: ({ enforcer }, { grant }) => got(listHeld(enforcer, grant)),
  },
  {
    method: 'GET',
    path: REVIEWS_PATH,
    hasId: true,
    may: grant => decides(grant) || approves(grant),
    answer: ({ reviews }, { grant, id, query }) => readReview(reviews, grant, id, query.get('wait')),
  },
  {
    method: 'POST',
    path: REVIEWS_PATH,
    hasId: true,
    may: approves,
    answer: ({ enforcer }, { grant, id, body }) => answerReview(enforcer, grant, id, body),
  },
  { method: 'POST', path: '/admin/v1/reload', hasId: false, may: ({ admin }) => admin, answer: reload },
]

export interface Found {
  readonly route: Route
  readonly id: string
}

/** 404 where there is no such path, 405 where there is, for another method. */
export const findRoute = (method: string, path: string): Result<Found> => {
  const matching = ROUTES.flatMap(route => {
    if (!route.hasId) return route.path === path ? [{ route, id: '' }] : []
    const id = path.startsWith(`${route.path}/`) ? path.slice(route.path.length + 1) : ''
    return /^[\w.:-]{1,128}$/.test(id) ? [{ route, id }] : []
  })
  if (matching.length === 0) return refuse(404, 'there is nothing here')
  const found = matching.find(({ route }) => route.method === method)
  if (found !== undefined) return got(found)
  const allow = [...new Set(matching.map(({ route }) => route.method))].join(', ')
  return { ok: false, refusal: { status: 405, message: `ask with ${allow}`, allow } }
}
