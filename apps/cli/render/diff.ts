/** Differences between two policies → text: what widens first, since that is what waits for a person. */
import { DIFFERENCE_CODES, type Difference } from '../../../core/policy/difference.ts'
import { many } from './numbers.ts'
import { fields, type Palette, PLAIN, wrap } from './terminal.ts'
import { visible } from './visible.ts'

const NAME = 200

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
    ...[...widening, ...rest].flatMap(one => differenceText(one, palette)),
    `${many(differences.length, 'difference')}; ${verdict}`,
  ].join('\n')}\n`
}
