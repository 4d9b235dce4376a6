/**
 * A boundary × one request → whether it is within. The part of IAM's evaluation that a boundary of allow statements
 * needs: matching actions without regard to case, resources and regions with wildcards and escapes, everything else denied.
 */
import { z } from 'zod'
import type { ActionRequest } from '../model/request.ts'
import { REGION, RESOURCE } from './iam-grants.ts'

const strings = z.array(z.string()).min(1)
const operators = ['StringEquals', 'StringLike', 'StringEqualsIfExists', 'StringLikeIfExists'] as const
const statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: strings,
  Resource: strings,
  Condition: z.partialRecord(z.enum(operators), z.strictObject({ 'aws:RequestedRegion': strings })).optional(),
})
const boundary = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statement).min(1) })
type Read = Readonly<z.infer<typeof boundary>>

/** Null where the text is not a boundary of the known grammar. */
export const readBoundary = (text: string): Read | null => {
  try {
    return boundary.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** One token of a pattern: a literal character, one of any, or any number of any. */
type Token = { readonly is: 'literal'; readonly character: string } | { readonly is: 'one' | 'many' }

/** Null where a policy variable is used that only stands for itself in AWS's session: it matches nothing here. */
const tokensOf = (pattern: string, wildcards: boolean): readonly Token[] | null => {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === '$' && pattern.charAt(at + 1) === '{') {
      const escaped = /^\$\{([*?$])\}/.exec(pattern.slice(at, at + 4))?.[1]
      if (escaped === undefined) return null
      tokens.push({ is: 'literal', character: escaped })
      at += 3
    } else if (wildcards && character === '*') tokens.push({ is: 'many' })
    else if (wildcards && character === '?') tokens.push({ is: 'one' })
    else tokens.push({ is: 'literal', character })
  }
  return tokens
}

/** Linear but for the last `*`: on a mismatch only that one is given another character. */
export const matchesPattern = (pattern: string, text: string, wildcards = true): boolean => {
  const tokens = tokensOf(pattern, wildcards)
  if (tokens === null) return false
  let [token, at, star, resume] = [0, 0, -1, 0]
  while (at < text.length) {
    const current = tokens[token]
    if (current?.is === 'many') {
      star = token++
      resume = at
    } else if (current?.is === 'one' || (current?.is === 'literal' && current.character === text.charAt(at))) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++resume
    } else return false
  }
  return tokens.slice(token).every(({ is }) => is === 'many')
}

const valuesOf = ({ values }: ActionRequest, name: string): readonly string[] =>
  values.filter(({ dimension }) => dimension === name).map(({ value }) => String(value))

const regionHolds = (condition: Read['Statement'][number]['Condition'], regions: readonly string[]): boolean =>
  operators.every(operator => {
    const wanted = condition?.[operator]?.['aws:RequestedRegion']
    if (wanted === undefined) return true
    if (regions.length === 0) return operator.endsWith('IfExists')
    const wildcards = operator.startsWith('StringLike')
    return regions.every(region => wanted.some(pattern => matchesPattern(pattern, region, wildcards)))
  })

/** A call that names no resource is one on `*`, as AWS evaluates it; several resources must each be allowed. */
export const isWithin = ({ Statement: statements }: Read, request: ActionRequest): boolean => {
  const action = request.action.toLowerCase()
  const regions = valuesOf(request, REGION)
  const named = valuesOf(request, RESOURCE)
  const applicable = statements.filter(
    ({ Action, Condition }) =>
      Action.some(pattern => matchesPattern(pattern.toLowerCase(), action)) && regionHolds(Condition, regions),
  )
  return (named.length === 0 ? ['*'] : named).every(resource =>
    applicable.some(({ Resource }) => Resource.some(pattern => matchesPattern(pattern, resource))),
  )
}
