/** A document → the lines in it that are addressed to the assistant. */
const ADDRESSED = /(?:^|<!--|\n)\s*assistant[,:]\s*(.+?)\s*(?:-->|\n|$)/gi

export const directivesIn = (text: string): readonly string[] =>
  [...text.matchAll(ADDRESSED)].map(match => match[1] ?? '').filter(line => line !== '')
