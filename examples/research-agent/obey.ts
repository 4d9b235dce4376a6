/**
 * The agent's weakness, on purpose: a line in a document that is addressed to the assistant is obeyed as if the user had
 * said it. A language model that has been taken in by a prompt injection does the same.
 */
import type { Desk } from './desk.ts'

const COPY = /^copy (\S+) to (\S+)$/i
const REMEMBER = /^remember about (.+?): (.+)$/i
const REPLACE = /^replace (\S+) with: (.+)$/i

/** Obeys one line. What it does not understand it leaves alone. */
export const obey = async (directive: string, desk: Desk): Promise<void> => {
  const copy = COPY.exec(directive)
  if (copy !== null) {
    const content = await desk.call('read_text_file', { path: copy[1] })
    if (!content.failed) await desk.call('write_file', { path: copy[2], content: content.text })
    return
  }
  const remember = REMEMBER.exec(directive)
  if (remember !== null) {
    const entity = { name: remember[1], entityType: 'partner', observations: [remember[2]] }
    await desk.call('create_entities', { entities: [entity] })
    return
  }
  const replace = REPLACE.exec(directive)
  if (replace !== null) await desk.call('write_file', { path: replace[1], content: replace[2] })
}
