/**
 * How a session's context grows: step(context, event) → context. Bounded: beyond the bound nothing more is remembered,
 * which can only make later decisions stricter: texts that were not kept leave `prose` null, and nothing is unprompted.
 */
import type { Context, Texts } from '../model/context.ts'
import type { Micros, ResultLeaf } from '../model/observation.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Decision } from '../model/verdict.ts'
import { fieldPlace, firstPlace } from './field-place.ts'
import { grow } from './grow.ts'
import { growPlaces } from './grow-places.ts'
import { inferType } from './infer-type.ts'
import { legible, normalizeText } from './normalize-text.ts'
import { NO_CALLS, stepTempo } from './tempo.ts'

/** Characters of requests and results that a session's context keeps. */
export const CONTEXT_CHARACTERS = 262_144
/** A leaf longer than this is prose and never the whole of a value that names something. */
const FIELD_CHARACTERS = 512

export interface Seen {
  readonly request: boolean
  readonly results: boolean
  /** Whether the calls of the session are counted; absent: they are not. */
  readonly calls?: boolean
}

/** What a session starts with; parts that this enforcement point cannot see are null. */
export const emptyContext = (seen: Seen): Context => ({
  request: seen.request ? new Set() : null,
  fields: seen.results ? new Set() : null,
  prose: seen.results ? new Set() : null,
  tempo: seen.calls === true ? NO_CALLS : null,
  approved: new Set(),
  size: 0,
})

/** What an enforcement point knows that sees the call alone. */
export const NO_CONTEXT: Context = emptyContext({ request: false, results: false })

export type ContextEvent =
  | { readonly kind: 'request'; readonly text: string }
  /** `leaves` null: the agent read a result that was not recorded, so from here on what it has read is unknown. */
  | {
      readonly kind: 'result'
      readonly leaves: readonly ResultLeaf[] | null
      /** What the call was given. */
      readonly sent: readonly Scalar[]
      /** The tool that was called; absent: nobody said, and its fields are usual nowhere. */
      readonly action?: string
    }
  /** The call that is about to be judged, at a time. */
  | { readonly kind: 'call'; readonly request: Pick<ActionRequest, 'substrate' | 'action'>; readonly at: Micros }
  /** A decision for review: from here on the same values need no second approval. */
  | { readonly kind: 'reviewed'; readonly request: ActionRequest; readonly decision: Decision }

const stepRequest = (context: Context, text: string): Context => {
  const normalized = legible(text.slice(0, CONTEXT_CHARACTERS))
  const size = context.size + normalized.length
  if (context.request === null || normalized === '' || size > CONTEXT_CHARACTERS) return context
  const request = grow(context.request, [normalized])
  return request === context.request ? context : { ...context, request, size }
}

/** Whether a leaf can be taken for one value. */
export const isField = (leaf: string): boolean => leaf.length <= FIELD_CHARACTERS && !/[\r\n]/.test(leaf)

/** Whether a leaf may tell the agent what to do: one word says no more than itself. */
export const saysMore = (leaf: string): boolean => !isField(leaf) || /\S\s+\S/.test(leaf)

const NOTHING: Texts = new Set()

const stepResult = (
  before: Context,
  leaves: readonly ResultLeaf[] | null,
  values: readonly Scalar[],
  action: string,
): Context => {
  if (leaves === null) return { ...before, fields: null, prose: null }
  if (before.fields === null || before.prose === null) return before
  const said = [...new Set(values.map(value => legible(String(value))))].filter(text => !before.sent?.has(text))
  let size = before.size + said.reduce((sum, text) => sum + text.length, 0)
  // Without what was sent an echo would pass for a field, so then there are none.
  if (size > CONTEXT_CHARACTERS) return { ...before, fields: null, prose: null }
  const sent = grow(before.sent ?? NOTHING, said)
  const context = { ...before, fields: before.fields, prose: before.prose, sent }
  const fields = new Set<string>()
  const places = new Map<string, string>()
  const prose = new Set<string>()
  for (const { path, text } of leaves) {
    const normalized = text.length > CONTEXT_CHARACTERS ? null : legible(text)
    if (normalized === '' || (normalized !== null && context.fields.has(normalized))) continue
    if (normalized !== null && fields.has(normalized)) {
      // Twice in one result: the place is the same whichever came first.
      const place = fieldPlace(action, path)
      if (place !== null) places.set(normalized, firstPlace(places.get(normalized), place))
      continue
    }
    // Read again, a text says nothing new, and takes no room that another needs.
    if (normalized !== null && context.prose.has(normalized) && !isField(text)) continue
    if (normalized !== null) size += normalized.length
    if (normalized === null || size > CONTEXT_CHARACTERS) {
      const placed = growPlaces(context.places, places)
      const kept = { fields: grow(context.fields, fields), places: placed.places }
      return { ...context, ...kept, prose: null, size: size + placed.characters }
    }
    // An echo is no field: what was suggested in a text must not become one by a detour through a harmless tool.
    if (isField(text) && !sent.has(normalized)) {
      fields.add(normalized)
      const place = fieldPlace(action, path)
      if (place !== null) places.set(normalized, place)
    }
    if (saysMore(text)) prose.add(normalized)
  }
  const placed = growPlaces(context.places, places)
  const kept = { fields: grow(context.fields, fields), places: placed.places, prose: grow(context.prose, prose) }
  return { ...context, ...kept, size: size + placed.characters }
}

const approvalKey = (value: Scalar): string => `${inferType(value)}:${normalizeText(String(value))}`

/** What a person is asked about by a decision: each value that deviates, else the surface itself. */
const approvalsOf = (request: ActionRequest, decision: Decision): readonly string[] =>
  decision.deviations.length === 0
    ? [`surface:${request.substrate}/${request.action}:${decision.code}`]
    : decision.deviations.map(({ dimension, observed, code }) =>
        // Who lets the eleventh call pass is not asked again about the twelfth.
        code === 'unusual'
          ? `unusual:${request.substrate}/${request.action}/${dimension}`
          : observed === null
            ? `missing:${request.action}/${dimension}`
            : approvalKey(observed),
      )

/** Whether approvals given earlier in the session cover all that this review asks about. */
export const isApproved = (context: Context, request: ActionRequest, decision: Decision): boolean =>
  decision.verdict === 'review' && approvalsOf(request, decision).every(key => context.approved.has(key))

export const step = (context: Context, event: ContextEvent): Context => {
  switch (event.kind) {
    case 'request':
      return stepRequest(context, event.text)
    case 'result':
      return stepResult(context, event.leaves, event.sent, event.action ?? '')
    case 'call':
      if (context.tempo === undefined || context.tempo === null) return context
      return { ...context, tempo: stepTempo(context.tempo, event.request, event.at) }
    case 'reviewed': {
      const approved = grow(context.approved, approvalsOf(event.request, event.decision))
      return { ...context, approved }
    }
  }
}
