/**
 * Untrusted text → text that an alert may carry to anyone: of bounded length, what is left out counted, and well-formed, for half
 * of a surrogate pair is refused by strict readers of UTF-8 and JSON.
 */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

/** A slice would keep the whole of a huge text alive: its characters are put together anew. */
export const cut = (text: string, length: number): string =>
  text.length <= length
    ? wellFormed(text)
    : `${wellFormed(Array.from(text.slice(0, length)).join(''))}…(+${text.length - length})`

/** UTF-16 units of a name: of an action, a dimension, a permission. */
const NAME = 1_024

export const cutName = <T extends string | null>(name: T): T | string => (name === null ? name : cut(name, NAME))
