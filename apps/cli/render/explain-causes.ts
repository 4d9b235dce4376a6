/** Why a surface below the tools is there: "this egress exists because of that tool". */
import type { Causes } from '../../../core/pipeline.ts'
import { many } from './numbers.ts'
import { columns, type Palette } from './terminal.ts'
import { visible } from './visible.ts'

const NAME = 80
const SHOWN = 20

/** Several lines, each ended. `surface`: `network/tcp/443`. */
export const causesText = (surface: string, { causes, joined, all }: Causes, palette: Palette): string => {
  const name = visible(surface, NAME)
  if (all === 0) return `${name}: the evidence does not show it\n`
  const rest = many(all - joined, 'observation')
  if (causes.length === 0) return `${name}: no single tool call was open when it was seen; ${rest} in no session\n`
  const rows = causes
    .slice(0, SHOWN)
    .map(({ tool, count, sessions }) => [visible(tool, NAME), many(count, 'time'), many(sessions, 'session')])
  const more = causes.length > SHOWN ? [`  and ${many(causes.length - SHOWN, 'other tool')}`] : []
  const [, ...lines] = columns(['', '', ''], rows)
  const explained = causes.reduce((sum, { count }) => sum + count, 0)
  const unexplained = `of ${many(all, 'observation')}, ${all - explained} without a single cause, ${all - joined} in no session`
  return [
    palette.strong(`${name} exists because of`),
    ...lines.map(line => `  ${line}`),
    ...more,
    palette.faint(`  ${unexplained}`),
    '',
  ].join('\n')
}
