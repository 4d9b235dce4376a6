/**
 * A tool's answer → how the call ended. MCP over stdio has no code for a refused authorization, so an answer that already
 * is an error counts as `denied` where it says so in words; nothing that succeeded is ever judged by its text.
 */
import type { Outcome } from '../../core/model/observation.ts'

const REFUSED =
  /\b(?:access|permission|authorization|request) (?:is |was )?(?:denied|refused)|\bunauthori[sz]ed\b|\bnot (?:authori[sz]ed|permitted|allowed)\b|\bforbidden\b|\b(?:EACCES|EPERM)\b|\b40[13]\b/i
/** An error says what it is at its beginning. */
const READ = 2_000

export const errorOutcome = (text: string): Outcome => (REFUSED.test(text.slice(0, READ)) ? 'denied' : 'error')
