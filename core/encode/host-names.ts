/** Which texts are host names that a network policy can name: lower case, no final dot, not an address in disguise. */

const LABEL = /^[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9_])?$/

/** Whether `text` is a host name in its canonical form. `10.0.0.999` is not: a resolver takes it for an address. */
export const isHostName = (text: string): boolean => {
  if (text.length === 0 || text.length > 253) return false
  const labels = text.split('.')
  return labels.every(label => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
}

/** Names that resolve to a host's own loopback and are never asked of a DNS server (RFC 6761). */
export const isLoopbackName = (text: string): boolean => text === 'localhost' || text.endsWith('.localhost')
