/** How long evidence is kept: whole days, counted from when it was received. Let go of at once, and then whenever a day is over. */
import type { EvidenceStore } from './evidence-store.ts'

const DAY = 86_400_000
/** Milliseconds between two looks at the calendar, and between attempts where the store could not. */
const EVERY = 600_000

/** The first day (UTC) of which something is kept. `now`: milliseconds since the epoch. */
export const firstDayKept = (now: number, days: number): string => new Date(now - days * DAY).toISOString().slice(0, 10)

export interface Retention {
  /** Waits for what is being let go of. */
  end(): Promise<void>
}

/** `told`: the day before which everything is gone, or why it is not. */
export const startRetention = (
  store: EvidenceStore,
  days: number,
  now: () => number,
  told: (before: string, error: unknown) => void,
): Retention => {
  let done: string | null = null
  let running: Promise<void> | null = null
  const prune = async (): Promise<void> => {
    const before = firstDayKept(now(), days)
    if (before === done) return
    try {
      await store.prune(before)
      done = before
      told(before, null)
    } catch (error) {
      told(before, error ?? 'it failed')
    }
  }
  const look = (): void => {
    running ??= prune().finally(() => {
      running = null
    })
  }
  look()
  const ticking = setInterval(look, EVERY)
  ticking.unref()
  return {
    end: async () => {
      clearInterval(ticking)
      await running
    },
  }
}
