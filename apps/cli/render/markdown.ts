/**
 * Markdown out of trusted templates and untrusted values. A value can only enter through the `md` tag, which puts it into
 * a code span where nothing is markup: it cannot add a row, a link, an image or HTML. Anything else is a type error.
 */
import type { Scalar } from '../../../core/model/scalar.ts'
import { count } from './numbers.ts'
import { visible } from './visible.ts'

/** Text that is safe as Markdown: made by this file only. */
export interface Markdown {
  readonly markdown: string
}

const VALUE = 80
const LINE = 320

/** Backticks would end the span, and a table splits at pipes even within one. */
const inSpan = (text: string, max: number): string => {
  const shown = visible(text, max).replaceAll('`', '\\u{60}').replaceAll('|', '\\u{7c}')
  if (shown.trim() === '') return text === '' ? '(empty)' : `\`"${shown}"\``
  return `\`${shown}\``
}

/** One value, verbatim but for what cannot be seen. */
export const code = (value: Scalar, max = VALUE): Markdown => ({ markdown: inSpan(String(value), max) })

const PLAIN_WORD = /^(?:[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|\d+(?:[.,]\d+)*%?|…)$/u
/** Punctuation around a word, outside of which a span would look odd. None of it can begin markup. */
const AROUND = /^([("“]?)(.*?)([)"”]?[,;:.]?)$/su

/** Words of letters and digits stay text; everything else goes into spans. */
const words = (text: string): string =>
  text
    .split(' ')
    .filter(one => one !== '')
    .map((word, at) => {
      const [, before = '', core = '', after = ''] = AROUND.exec(word) ?? []
      // `1.` and `1)` at the start of a block begin a list.
      const plain = PLAIN_WORD.test(core) && !(at === 0 && /^\d/.test(core) && /[.)]/.test(after))
      return core === '' ? inSpan(word, LINE) : before + (plain ? core : inSpan(core, LINE)) + after
    })
    .join(' ')

/** A sentence that may quote values, in backticks or bare. */
export const prose = (text: string, max = LINE): Markdown => ({
  markdown: text
    .slice(0, max)
    .split('`')
    .map((part, index) => (index % 2 === 0 ? words(part) : inSpan(part, LINE)))
    .filter(part => part !== '')
    .join(' ')
    .replace(/` ([,;:.])(?= |$)/g, '`$1')
    .concat(text.length > max ? ` …(+${text.length - max})` : ''),
})

const piece = (value: Scalar | Markdown): string => {
  if (typeof value === 'number') return count(value)
  return typeof value === 'object' && value !== null ? value.markdown : code(value).markdown
}

/** Trusted template, untrusted values: strings become code spans, numbers get separators, Markdown stays. */
export const md = (template: TemplateStringsArray, ...values: readonly (Scalar | Markdown)[]): Markdown => ({
  markdown: template.map((text, index) => text + (index < values.length ? piece(values[index] ?? null) : '')).join(''),
})

export const NOTHING: Markdown = { markdown: '' }

export const join = (parts: readonly Markdown[], separator = ', '): Markdown => ({
  markdown: parts.map(({ markdown }) => markdown).join(separator),
})

/** The first of them, and how many more there are. */
export const listed = (values: readonly Scalar[], most: number): Markdown => {
  const shown = join(values.slice(0, most).map(value => code(value)))
  return values.length > most ? md`${shown} and ${values.length - most} more` : shown
}

export const table = (head: readonly string[], rows: readonly (readonly Markdown[])[]): Markdown => ({
  markdown: [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map(cells => `| ${cells.map(({ markdown }) => markdown).join(' | ')} |`),
  ].join('\n'),
})

export const bullets = (items: readonly Markdown[]): Markdown => ({
  markdown: items.map(({ markdown }) => `- ${markdown}`).join('\n'),
})

export const numbered = (items: readonly Markdown[]): Markdown => ({
  markdown: items.map(({ markdown }, index) => `${index + 1}. ${markdown}`).join('\n'),
})

/** Blocks with a blank line between them, empty ones left out. */
export const blocks = (parts: readonly Markdown[]): Markdown =>
  join(
    parts.filter(({ markdown }) => markdown !== ''),
    '\n\n',
  )
