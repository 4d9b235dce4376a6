/** Whatever evidence holds, a report keeps its structure and a terminal is told nothing. Markdown is read as GitHub reads it. */
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { renderDiff } from '../../apps/cli/render/diff.ts'
import { explainDecision } from '../../apps/cli/render/explain-decision.ts'
import { explainPermission } from '../../apps/cli/render/explain-permission.ts'
import { ledgerText } from '../../apps/cli/render/ledger.ts'
import { renderReview } from '../../apps/cli/render/review.ts'
import { reviewJson } from '../../apps/cli/render/review-json.ts'
import { renderVerify } from '../../apps/cli/render/verify.ts'
import { comparePolicies } from '../../core/policy/compare.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { filled, PLACES } from './render-policy.ts'

const MARKUP: readonly string[] = [
  '![x](https://evil.example/p.png)',
  '[click](javascript:alert(1))',
  '<img src=x onerror=alert(1)>',
  '</table><script>',
  'https://evil.example/?q=',
  'www.evil.example',
  'mail me@evil.example',
  '` | injected | row |\n| a | b |',
  '``` \n# heading',
  '\\| \\` |',
  '| --- |',
  '\n\n# heading\n\n- item',
  '1. item',
  '1)',
  '- item',
  '+',
  '> quote',
  '[^1]: footnote',
  '[x]: https://evil.example',
  '&#60;b&#62;',
  '<!-- ',
  '**bold** _em_ ~~gone~~',
  '$x^2$',
  '`',
  '\\',
  '\t',
  'line\u2028separator',
  '\u0085',
  'زوج\u202e',
  '\u{e0041}',
]

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...MARKUP, ...HOSTILE), fc.string({ unit: 'binary', maxLength: 12 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map(parts => parts.join(' '))

/** No two places alike, so that both fillings group and sort the same number of things. */
const filling = fc
  .array(hostile, { minLength: PLACES, maxLength: PLACES })
  .map(texts => (place: number) => `${texts[place]}${place}`)
const tame = (place: number): string => `word${place}`

/** What is drawn as nothing, or steers. Not the unassigned: which those are differs between releases of Unicode. */
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u

interface Node {
  readonly type: string
  readonly children?: readonly Node[]
}

const walk = (node: Node, visit: (node: Node) => void): void => {
  visit(node)
  for (const child of node.children ?? []) walk(child, visit)
}

/** How many nodes there are of each kind of block, and of anything that acts. */
const structureOf = (markdown: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  const inline = new Set(['text', 'inlineCode', 'strong', 'emphasis', 'break'])
  walk(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), node => {
    if (!inline.has(node.type)) counts[node.type] = (counts[node.type] ?? 0) + 1
  })
  return counts
}

test('no value changes the structure of the review', () => {
  const expected = filled(tame)
  const structure = structureOf(renderReview(expected.policy, expected.artifacts, expected.ledger))
  expect(structure.tableRow).toBeGreaterThan(20)
  for (const acting of ['html', 'link', 'image', 'definition', 'linkReference', 'imageReference', 'footnoteDefinition'])
    expect(structure[acting]).toBeUndefined()
  fc.assert(
    fc.property(filling, text => {
      const { policy, artifacts, ledger } = filled(text)
      const review = renderReview(policy, artifacts, ledger)
      expect(structureOf(review)).toEqual(structure)
      expect(review).not.toMatch(HIDDEN)
    }),
    { numRuns: 40 },
  )
})

test('no value reaches a terminal as anything but visible text', () => {
  fc.assert(
    fc.property(filling, text => {
      const { policy, ledger, request } = filled(text)
      const other = filled(tame).policy
      const context = emptyContext({ request: true, results: false })
      const texts = [
        ...policy.permissions.map(permission => explainPermission(policy, permission)),
        explainDecision(policy, request, context, evaluate(policy, request, context)),
        explainDecision(policy, { ...request, action: text(59) }, context, evaluate(other, request, context)),
        renderDiff([...comparePolicies(other, policy), ...comparePolicies(policy, other)]),
      ]
      const tables = [
        ledgerText(ledger),
        renderVerify([
          {
            workload: text(0),
            artifact: text(1),
            law: 'replay',
            oracle: text(2),
            requests: 1,
            agree: 0,
            narrowedAsDeclared: 0,
            widenedAsDeclared: 0,
            violations: 1,
            note: text(3),
          },
        ]),
      ]
      for (const shown of [...texts, ...tables]) {
        expect(shown).not.toMatch(HIDDEN)
        expect(shown.endsWith('\n')).toBe(true)
      }
      for (const line of texts.join('').split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    }),
    { numRuns: 100 },
  )
})

test('a very long value is cut, and the cut is marked', () => {
  const { policy, artifacts, ledger } = filled(place => `${'x'.repeat(5_000_000)}${place}`)
  const review = renderReview(policy, artifacts, ledger)
  expect(review.length).toBeLessThan(60_000)
  expect(review).toContain('…(+4999')
})

test('a review does not grow without end', () => {
  const { policy, artifacts, ledger } = filled(tame)
  const more = Array.from({ length: 3000 }, (_, index) => index)
  const big = {
    ...policy,
    permissions: more.flatMap(index =>
      policy.permissions.map(one => ({ ...one, id: `${one.id}${index}`, action: `${one.action}${index}` })),
    ),
    withheld: more.flatMap(index => policy.withheld.map(one => ({ ...one, action: `${one.action}${index}` }))),
    coverage: { ...policy.coverage, incomplete: more.flatMap(() => policy.coverage.incomplete) },
    validity: { ...policy.validity, models: more.map(index => `model-${index}`) },
  }
  const losses = more.flatMap(index =>
    (artifacts[0]?.losses ?? []).map(loss => ({ ...loss, detail: `${loss.detail} ${index}` })),
  )
  const review = renderReview(big, [{ encoder: 'cedar', files: [{ name: 'a', content: '' }], losses }], ledger)
  expect(review.split('\n').length).toBeLessThan(400)
  expect(review).toContain('see `review.json`')
  expect(reviewJson(big, artifacts, ledger).withheld.entries).toHaveLength(9000)
})

test('secrets stay out of every report, also where a policy holds them', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`
  const { policy, artifacts, ledger } = filled(tame)
  const [first] = policy.permissions
  if (first === undefined) throw new Error('the policy has permissions')
  const holding = {
    ...policy,
    withheld: [
      ...policy.withheld.map(entry => (entry.dimension === null ? entry : { ...entry, value: secret })),
      ...policy.withheld.map(entry => ({ ...entry, action: 'elsewhere', value: secret })),
    ],
  }
  const request = {
    ...filled(tame).request,
    values: [
      { dimension: tame(3), value: secret },
      { dimension: 'new', value: secret },
    ],
  }
  const context = emptyContext({ request: true, results: true })
  const shown = [
    renderReview(holding, artifacts, ledger),
    JSON.stringify(reviewJson(holding, artifacts, ledger)),
    explainPermission(holding, first),
    explainDecision(holding, request, context, evaluate(holding, request, context)),
    renderDiff([...comparePolicies(holding, policy), ...comparePolicies(policy, holding)]),
  ]
  for (const text of shown) expect(text).not.toContain(secret)
  expect(shown[0]).toContain('<secret>')
})
