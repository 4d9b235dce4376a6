/**
 * Messages of an agent span → what the user asked in the newest turn. What counts as a request is security: only text
 * parts with the role `user`, only those after the last message of anybody else, and never what cannot be read.
 */
import { field, isObject, list } from './json.ts'

const parsed = (value: unknown): readonly unknown[] => {
  if (typeof value !== 'string') return list(value)
  try {
    return list(JSON.parse(value))
  } catch {
    return []
  }
}

const partText = (part: unknown): readonly string[] => {
  if (!isObject(part) || field(part, 'type') !== 'text') return []
  const content = field(part, 'content', 'text')
  return typeof content === 'string' ? [content] : []
}

/** `{role, parts: [{type: 'text', content}]}`, and the older `{role, content: text | parts}`. */
const messageTexts = (message: unknown): readonly string[] => {
  const parts = field(message, 'parts', 'content')
  return typeof parts === 'string' ? [parts] : list(parts).flatMap(partText)
}

/** Null where the newest turn is not a user's, or says nothing. */
export const newestRequest = (messages: unknown): string | null => {
  const all = parsed(messages)
  const last = all.findLastIndex(message => field(message, 'role') !== 'user')
  const text = all
    .slice(last + 1)
    .flatMap(messageTexts)
    .join('\n')
  return text.trim() === '' ? null : text
}
