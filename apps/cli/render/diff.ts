/** Differences between two policies → text: what widens first, since that is what waits for a person. */
import { DIFFERENCE_CODES, type Difference } from '../../../core/policy/difference.ts'
import { count, many } from './numbers.ts'
import { fields, type Palette, PLAIN, wrap } from './terminal.ts'
import { visible } from './visible.ts'

const NAME = 200
const TOGETHER = 5

const placeOf = ({ substrate, action, dimension, code }: Difference): string => {
  const others = /^(?:allow|review)-/.test(code) ? 'any other dimension' : null
  const parts = [substrate, action, dimension ?? (action === null ? null : others)].filter(part => part !== null)
  return parts.length === 0 ? 'the policy' : parts.map(part => visible(part, NAME)).join(' ')
}

const differenceText = (difference: Difference, palette: Palette): readonly string[] => {
  const { widens, code, before, after } = difference
  const mark = widens ? palette.bad('widens') : palette.good('      ')
  return [
    wrap(`${mark}  ${placeOf(difference)}: ${DIFFERENCE_CODES[code]} (${code})`, '        '),
    ...fields('        ', [
      ['before', before === '' ? [] : [visible(before, NAME)]],
      ['after', after === '' ? [] : [visible(after, NAME)]],
    ]),
  ]
}

/** What became withheld or ceased to be, and widens nothing, is many values of few places: one line for each place. */
const grouped = (differences: readonly Difference[]): readonly (readonly Difference[])[] => {
  const groups = new Map<string, Difference[]>()
  for (const difference of differences) {
    const { code, substrate, action, dimension } = difference
    const alike = code === 'withheld-added' || code === 'withheld-removed'
    const key = alike ? JSON.stringify([code, substrate, action, dimension]) : String(groups.size)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [difference])
    else group.push(difference)
  }
  return [...groups.values()]
}

const together = (group: readonly Difference[]): readonly Difference[] =>
  group.slice(0, 1).map(first => {
    const line = (of: (difference: Difference) => string): string => {
      const texts = group.map(of).filter(text => text !== '')
      const more = texts.length > TOGETHER ? ` and ${count(texts.length - TOGETHER)} more` : ''
      return texts.slice(0, TOGETHER).join(', ') + more
    }
    return { ...first, before: line(({ before }) => before), after: line(({ after }) => after) }
  })

/** Several lines, each ended. */
export const renderDiff = (differences: readonly Difference[], palette: Palette = PLAIN): string => {
  if (differences.length === 0) return 'the policies judge alike\n'
  const widening = differences.filter(({ widens }) => widens)
  const rest = differences.filter(({ widens }) => !widens)
  const verdict =
    widening.length === 0
      ? palette.good('nothing widens')
      : palette.bad(`${many(widening.length, 'of them widens', 'of them widen')}: that waits for a person`)
  return `${[
    ...[...widening, ...grouped(rest).flatMap(together)].flatMap(one => differenceText(one, palette)),
    `${many(differences.length, 'difference')}; ${verdict}`,
  ].join('\n')}\n`
}
