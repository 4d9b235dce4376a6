/** What `ambit evaluate --format jsonl` printed, and the evidence it judged → lines for a person: each call, its verdict, why. */
import { z } from 'zod'

const LINE = z.object({
  index: z.number(),
  substrate: z.string(),
  action: z.string(),
  verdict: z.enum(['allow', 'review', 'deny']),
  code: z.string(),
  deviation: z.object({ dimension: z.string(), observed: z.unknown(), allowed: z.string() }).nullable(),
})
const CALL = z.object({ substrate: z.literal('tool'), time: z.string(), arguments: z.unknown() })

const parsed = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

const short = (value: unknown, length: number): string => {
  const text = JSON.stringify(value) ?? ''
  return text.length > length ? `${text.slice(0, length)}…` : text
}

export const showJudgement = (judged: string, evidence: string): string => {
  const calls = parsed(evidence)
    .flatMap(record => CALL.safeParse(record).data ?? [])
    .sort((a, b) => (a.time < b.time ? -1 : 1))
  const lines = parsed(judged).map(line => LINE.parse(line))
  const counts = { allow: 0, review: 0, deny: 0 }
  const shown = lines.map(({ index, action, verdict, code, deviation }) => {
    counts[verdict]++
    const why =
      deviation === null
        ? code
        : `${code}: ${deviation.dimension} is ${short(deviation.observed, 60)}, allowed is ${deviation.allowed}`
    const call = `  ${verdict.padEnd(6)} ${action} ${short(calls[index]?.arguments ?? {}, 90)}`
    return verdict === 'allow' ? call : `${call}\n         ${why}`
  })
  return [...shown, `  = ${counts.allow} allow, ${counts.review} review, ${counts.deny} deny`].join('\n')
}
