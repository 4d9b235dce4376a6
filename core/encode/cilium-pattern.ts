/**
 * Cilium's `matchPattern` as its documentation states it (1.19 and later): `*` is any run of DNS characters within one
 * label, also none; a leading `**.` is one or more labels; a lone `*` is every name. Case does not matter.
 */

/** Linear: the pattern is matched label by label, and within a label greedily with a single point to go back to. */
const matchesLabel = (label: string, pattern: string): boolean => {
  let at = 0
  let p = 0
  let star = -1
  let resume = 0
  while (at < label.length) {
    if (p < pattern.length && pattern[p] === label[at] && pattern[p] !== '*') {
      at++
      p++
    } else if (pattern[p] === '*') {
      star = p++
      resume = at
    } else if (star >= 0) {
      p = star + 1
      at = ++resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(p))
}

const isDnsText = (name: string): boolean => name !== '' && name.split('.').every(label => /^[-a-z0-9_]+$/.test(label))

export const matchesPattern = (name: string, pattern: string): boolean => {
  const text = name.toLowerCase()
  const wanted = pattern.toLowerCase().replace(/\.$/, '')
  if (!isDnsText(text)) return false
  if (wanted === '*') return true
  const labels = text.split('.')
  const deep = wanted.startsWith('**.')
  const patterns = (deep ? wanted.slice(3) : wanted).split('.')
  const extra = labels.length - patterns.length
  if (deep ? extra < 1 : extra !== 0) return false
  return patterns.every((part, index) => matchesLabel(labels[index + extra] ?? '', part))
}
