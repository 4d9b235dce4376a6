/** The seam for something the agent knows how to do: a pattern that recognizes the request, and the tool calls it takes. */
import type { Desk } from './desk.ts'

export interface Skill {
  readonly id: string
  /** Groups are the values that the request gives. */
  readonly asks: RegExp
  /** What the agent answers. */
  run(given: readonly string[], desk: Desk): Promise<string>
}
