/** The text that strace prints for one syscall → its arguments and values. */

/** Where an fd's annotation that opens at `from` closes: `->` inside a socket's is no end, and paths escape `<` and `>`. */
const annotationEnd = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '<') depth++
    else if (char === '>' && text[at - 1] !== '-' && --depth === 0) return at
  }
  return text.length
}

const quoteEnd = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

const OPENING = new Set(['(', '[', '{'])
const CLOSING = new Set([')', ']', '}'])

/**
 * Splits at the commas of the outermost level. `rest` is what follows the bracket that closes the list, or null where
 * it does not close.
 */
export const splitArguments = (text: string): { readonly args: readonly string[]; readonly rest: string | null } => {
  const args: string[] = []
  let from = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '"') at = quoteEnd(text, at)
    else if (char === '<') at = annotationEnd(text, at)
    else if (OPENING.has(char)) depth++
    else if (CLOSING.has(char) && --depth < 0) {
      const last = text.slice(from, at).trim()
      if (last !== '') args.push(last)
      return { args, rest: text.slice(at + 1) }
    } else if (char === ',' && depth === 0) {
      args.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return { args, rest: null }
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, f: 12, r: 13 }

/** C escapes → text. Bytes that are no UTF-8 become U+FFFD. */
const unescapeText = (text: string): string => {
  if (!text.includes('\\')) return text
  const bytes: Buffer[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    bytes.push(Buffer.from(text.slice(from, at)))
    const code = /^(?:[0-7]{1,3}|x[0-9a-f]{2})/.exec(text.slice(at + 1, at + 4))?.[0]
    const char = text[at + 1] ?? ''
    if (code === undefined) bytes.push(Buffer.from(ESCAPES[char] === undefined ? char : [ESCAPES[char]]))
    else bytes.push(Buffer.from([code.startsWith('x') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8)]))
    from = at + 1 + (code?.length ?? 1)
  }
  bytes.push(Buffer.from(text.slice(from)))
  return Buffer.concat(bytes).toString('utf8')
}

/** `"text"` or `"text"...` (cut off) → text; null for `NULL`, an address, anything else. */
export const quoted = (argument: string | undefined): string | null => {
  if (argument === undefined || !argument.startsWith('"')) return null
  return unescapeText(argument.slice(1, quoteEnd(argument, 0)))
}

/** `3</etc/hosts>` → `/etc/hosts`; `AT_FDCWD</tmp>` → `/tmp`. Null where strace printed none. */
export const annotation = (argument: string | undefined): string | null => {
  const open = argument?.indexOf('<') ?? -1
  if (argument === undefined || open === -1) return null
  return argument.slice(open + 1, annotationEnd(argument, open))
}

/** The absolute path in an fd's annotation, without the device that `-yy` adds; null where the fd is no file. */
export const annotatedPath = (argument: string | undefined): string | null => {
  const inner = annotation(argument)
  if (inner === null || !inner.startsWith('/')) return null
  return unescapeText(inner.replace(/<(?:char|block) [^<>]*>$/, '')).replace(/ \(deleted\)$/, '')
}
