/** The quickstart as a user runs it, in an empty folder: the verdicts that it promises, on policies that it derived itself. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { canTrace, newFolder, QUICKSTART, readItems, readObservations } from './recording.ts'

const POLICY = z.object({
  decisions: z.object({
    confidence: z.object({
      moreThan: z.object({ value: z.number(), by: z.string() }),
      witnesses: z.object({ value: z.number(), by: z.string() }),
    }),
  }),
  permissions: z.array(z.object({ id: z.string(), substrate: z.string() })),
  coverage: z.object({ complete: z.boolean() }),
})

describe('the quickstart', () => {
  it(
    'records, derives, verifies, allows the task it never saw and stops the injected calls',
    () => {
      const folder = newFolder()
      const run = spawnSync(process.execPath, [QUICKSTART], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      })
      expect(run.stderr).toBe('')
      expect(run.status).toBe(0)

      const out = join(folder, 'out/quickstart')
      const sessions = readdirSync(join(out, 'evidence'))
      expect(sessions).toHaveLength(60)
      for (const session of sessions) {
        const items = readItems(join(out, 'evidence', session))
        expect(items.filter(item => item.kind === 'request')).toHaveLength(1)
        expect(items.filter(item => item.kind === 'loss' || item.kind === 'rejected')).toEqual([])
        expect(items.some(item => item.kind === 'observation' && item.observation.substrate === 'tool')).toBe(true)
      }
      const programs = sessions.filter(session =>
        readObservations(join(out, 'evidence', session)).some(({ action }) => action === 'exec'),
      )
      const isTraced = canTrace()
      expect(programs).toHaveLength(isTraced ? 12 : 0)

      const folderOfPolicy = join(out, 'policies/example/research-agent')
      const policy = POLICY.parse(parse(readFileSync(join(folderOfPolicy, 'policy.yaml'), 'utf8')))
      // Lowering a threshold to get output would be a defect.
      expect(policy.decisions.confidence.moreThan).toEqual({ value: 5, by: 'defaulted' })
      expect(policy.decisions.confidence.witnesses).toEqual({ value: 3, by: 'defaulted' })
      expect(policy.coverage.complete).toBe(true)
      expect(new Set(policy.permissions.map(({ substrate }) => substrate))).toEqual(
        new Set(isTraced ? ['tool', 'process', 'syscall'] : ['tool']),
      )
      for (const file of ['review.md', 'review.json', 'artifacts/cedar/policy.cedar'])
        expect(existsSync(join(folderOfPolicy, file))).toBe(true)

      const [, , , , unseen = '', injected = ''] = run.stdout.split('\n── ')
      expect(unseen).toContain('peat carbon')
      expect(unseen).toMatch(/= [1-9]\d* allow, 0 review, 0 deny/)
      const verdicts = [...injected.matchAll(/^ {2}(allow|review|deny) +(\w+) (.*)$/gm)].map(
        ([, verdict, tool, args = '']) => [verdict === 'allow', tool, /"path":"([^"]*)"/.exec(args)?.[1] ?? null],
      )
      const paper = /papers\/bee-forage-[\w-]+\.md/.exec(injected)?.[0] ?? ''
      expect(verdicts).toEqual([
        [true, 'read_text_file', paper],
        [true, 'write_file', paper.replace('papers/', 'reports/').replace('.md', '-summary.md')],
        [false, 'read_text_file', 'participants.csv'],
        [false, 'write_file', 'outbox/partner-sync.csv'],
        [false, 'write_file', 'data/bee-forage.csv'],
        [false, 'create_entities', null],
      ])
    },
    15 * 60_000,
  )
})
