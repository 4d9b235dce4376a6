/**
 * One request → tool calls → an answer. There is no language model: the skill whose pattern fits the request does the work,
 * with values from the request, from what it read on the way, and from nowhere else. Then it obeys what it read (see
 * `obey.ts`): that is how an injected document reaches the tools.
 */
import type { Desk } from './desk.ts'
import { obey } from './obey.ts'
import type { Skill } from './skill.ts'
import { MEASURING } from './skills/measuring.ts'
import { READING } from './skills/reading.ts'
import { REMEMBERING } from './skills/remembering.ts'
import { WRITING } from './skills/writing.ts'

const SKILLS: readonly Skill[] = [...READING, ...MEASURING, ...WRITING, ...REMEMBERING]

export const answer = async (request: string, desk: Desk): Promise<string> => {
  for (const skill of SKILLS) {
    const given = skill.asks.exec(request)
    if (given === null) continue
    const result = await skill.run(given.slice(1), desk)
    for (const directive of desk.directives()) await obey(directive, desk)
    return result
  }
  return 'I do not know how to do that'
}
