/**
 * What other decisions would give → a picture: how many sessions a policy would stop (across) against how much it leaves
 * open (up). Drawn by a library that is loaded only here, since most derivations draw nothing.
 */
import type { ExpectedRates } from '../../../core/model/policy.ts'
import type { VariantRow, WhatIf } from '../../../core/model/what-if.ts'
import { visible } from './visible.ts'
import { variantName } from './what-if.ts'

const [WIDTH, HEIGHT] = [960, 660]
/** Beside the grid, for the key; and below it, for the numbers of points that lie on the ground. */
const [RIGHT, BELOW] = [250, 20]
const [KNOWN, NEW, INK, MUTED, FAINT] = ['#1f6fb2', '#c05a00', '#24292f', '#57606a', '#a0a7af']
/** Of the width and height: numbers of points nearer than this would cover each other, so they stand as one label. */
const [NEAR_X, NEAR_Y] = [0.04, 0.035]

interface Point {
  /** As in the table. */
  readonly number: number
  readonly row: VariantRow
  readonly known: number | null
  readonly fresh: number | null
  readonly open: number
}

const stopped = (rates: ExpectedRates | null): number | null =>
  rates === null ? null : Math.round((rates.denied + rates.reviewed) * 1000) / 10

const pointOf = (row: VariantRow, at: number): Point => ({
  number: at + 1,
  row,
  known: stopped(row.expected.knownTasks),
  fresh: stopped(row.expected.newTasks),
  open: Math.round(row.overGrant.share * 1000) / 10,
})

type Kind = 'known' | 'fresh'

interface Label {
  readonly at: readonly [x: number, y: number]
  readonly numbers: number[]
}

const labelsOf = (points: readonly Point[], kind: Kind, span: readonly [x: number, y: number]): readonly Label[] => {
  const labels: Label[] = []
  for (const point of points) {
    const [x, y] = [point[kind], point.open]
    if (x === null) continue
    const near = labels.find(
      ({ at }) => Math.abs(at[0] - x) < NEAR_X * span[0] && Math.abs(at[1] - y) < NEAR_Y * span[1],
    )
    if (near === undefined) labels.push({ at: [x, y], numbers: [point.number] })
    else near.numbers.push(point.number)
  }
  return labels
}

/** The key beside the picture, in the markup of the library. INVARIANT: nothing in it comes from evidence. */
const keyOf = (points: readonly Point[]): string =>
  points
    .map(({ number, row }) => {
      const worse = row.dominatedBy === null ? '' : ` (worse than ${row.dominatedBy + 1})`
      const style = row.current ? 'current' : row.dominatedBy === null ? 'plain' : 'worse'
      return `{${style}|${number}  ${variantName(row.variant)}${worse}}`
    })
    .join('\n')

/**
 * The library numbers its pictures, and writes the number into ids and hover styles. Bytes must not depend on what was drawn
 * before, and nobody hovers here. Only attributes can match: in text, quotes and `<` are escaped.
 */
const unnumbered = (svg: string): string =>
  svg
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/ (clip-path="url\(#|id=")zr\d+-/g, ' $1')
    .replace(/<style ><!\[CDATA\[[^<]*\]\]>\s*<\/style>\n/, '')

/** An SVG document; null where no rate is known, and so there is nothing to draw. `name` is untrusted. */
export const whatIfPicture = async (rows: WhatIf, name: string): Promise<string | null> => {
  const points = rows.map(pointOf).filter(({ known, fresh }) => known !== null || fresh !== null)
  if (points.length === 0) return null
  const [{ init, use }, { LineChart, ScatterChart }, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  const { GridComponent, LegendComponent, TitleComponent } = components
  use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

  const right = Math.max(...points.map(({ known, fresh }) => Math.max(known ?? 0, fresh ?? 0)), 5)
  const top = Math.max(...points.map(({ open }) => open), 5)
  const opacityOf = ({ row }: Point): number => (row.dominatedBy === null || row.current ? 1 : 0.35)
  const dots = (kind: Kind, color: string) => ({
    type: 'scatter' as const,
    symbol: kind === 'known' ? 'circle' : 'diamond',
    symbolSize: kind === 'known' ? 11 : 14,
    silent: true,
    clip: false,
    z: 3,
    itemStyle: { color },
    data: points.flatMap(point => {
      const x = point[kind]
      return x === null ? [] : [{ value: [x, point.open], itemStyle: { opacity: opacityOf(point) } }]
    }),
  })
  const numbers = (kind: Kind, color: string) => ({
    type: 'scatter' as const,
    symbolSize: 0.1,
    silent: true,
    clip: false,
    z: 4,
    label: {
      show: true,
      position: kind === 'known' ? ('bottom' as const) : ('top' as const),
      distance: 9,
      color,
      opacity: 1,
      textBorderColor: '#ffffff',
      textBorderWidth: 3,
      fontSize: 12,
      fontWeight: 'bold' as const,
    },
    data: labelsOf(points, kind, [right, top]).map(({ at, numbers: shown }) => ({
      value: [...at],
      label: { formatter: () => shown.join(' ') },
    })),
  })
  const axis = (title: string, max: number) => ({
    type: 'value' as const,
    name: title,
    nameLocation: 'middle' as const,
    nameTextStyle: { color: INK, fontSize: 13 },
    min: 0,
    max: Math.min(100, Math.ceil((max * 1.08) / 5) * 5),
    axisLabel: { formatter: '{value}%', color: INK },
    axisLine: { show: true, lineStyle: { color: FAINT } },
    splitLine: { lineStyle: { color: '#eaecef' } },
  })
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'Helvetica, Arial, sans-serif' },
    title: [
      {
        text: `${visible(name, 60)}: what other decisions would give`,
        subtext:
          'Each line is one policy: what it stops of kinds of task that it knows, and of new ones. Better is left and down.',
        left: 16,
        top: 10,
        textStyle: { color: INK, fontSize: 17 },
        subtextStyle: { color: MUTED, fontSize: 12 },
      },
      {
        text: 'Decisions',
        subtext: keyOf(points),
        left: WIDTH - RIGHT + 16,
        top: 78,
        itemGap: 8,
        textStyle: { color: INK, fontSize: 13 },
        subtextStyle: {
          fontSize: 12,
          lineHeight: 20,
          rich: {
            current: { color: INK, fontWeight: 'bold' },
            plain: { color: INK },
            worse: { color: MUTED },
          },
        },
      },
    ],
    legend: { left: 60, bottom: 10, itemGap: 36, silent: true, selectedMode: false, textStyle: { color: INK } },
    grid: { left: 70, right: RIGHT, top: 84, bottom: 88 + BELOW },
    xAxis: { ...axis('Sessions in which at least one call is denied or reviewed', right), nameGap: 30, offset: BELOW },
    yAxis: { ...axis('Over-grant: dimensions open to values never seen', top), nameGap: 44 },
    series: [
      ...points.flatMap(({ known, fresh, open, row }) =>
        known === null || fresh === null
          ? []
          : [
              {
                type: 'line' as const,
                symbol: 'none',
                silent: true,
                clip: false,
                z: 1,
                lineStyle: { color: row.current ? INK : FAINT, width: row.current ? 3 : 1.5 },
                data: [
                  [known, open],
                  [fresh, open],
                ],
              },
            ],
      ),
      {
        ...dots('known', KNOWN),
        name: 'known kinds of task',
      },
      { ...dots('fresh', NEW), name: 'new kinds of task' },
      {
        name: 'as decided',
        type: 'scatter',
        symbol: 'circle',
        symbolSize: 20,
        silent: true,
        clip: false,
        z: 2,
        itemStyle: { color: 'transparent', borderColor: INK, borderWidth: 2 },
        data: points
          .filter(({ row }) => row.current)
          .flatMap(({ known, fresh, open }) => [known, fresh].flatMap(x => (x === null ? [] : [[x, open]]))),
      },
      numbers('known', KNOWN),
      numbers('fresh', NEW),
    ],
  })
  const svg = unnumbered(chart.renderToSVGString())
  chart.dispose()
  return svg
}
