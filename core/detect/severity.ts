/** How urgent an alert is: its kind, moved by what the continuity test says. What a text named stays urgent. */
import { type AlertKind, type Continuity, SEVERITIES, type Severity } from '../model/alert.ts'

const BASE: Readonly<Record<AlertKind, Severity>> = {
  'after-outside-content': 'high',
  burst: 'medium',
  deviation: 'medium',
  'late-onset': 'low',
  'withheld-recurs': 'low',
  'soft-violation': 'low',
}

const MOVES: Readonly<Record<Continuity['pattern'], number>> = { anomaly: 1, open: 0, drift: -1 }

export const severityOf = (kind: AlertKind, { pattern }: Continuity): Severity => {
  if (kind === 'after-outside-content') return BASE[kind]
  const moved = SEVERITIES.indexOf(BASE[kind]) + MOVES[pattern]
  return SEVERITIES[Math.min(SEVERITIES.length - 1, Math.max(0, moved))] ?? BASE[kind]
}
