/**
 * Untrusted text → text that a terminal shows and does not obey. Every string that came from evidence, a file or the
 * command line goes through here on its way out; JSON goes through `io/json-text`.
 */
import { visible } from './render/visible.ts'

/** One line, at most about `max` characters of it. */
export const printable = (text: string, max = 300): string => visible(text, max)
