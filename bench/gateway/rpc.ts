/** The least of an MCP client: what it sends, and nothing of what the SDK does on top, so that the wire is what is measured. */

export interface Asked {
  readonly id: number
  readonly method: string
  /** Of the tool that is called. */
  readonly name: string
  readonly text: string
}

export interface Wire {
  /** The answer's text, once its last byte is here. */
  ask(asked: Asked): Promise<string>
  close(): Promise<void>
}

let count = 0

export const request = (method: string, params: object, era: Era = 'legacy'): Asked => {
  const id = ++count
  const all = era === 'legacy' ? params : { ...params, _meta: ENVELOPE }
  const name = 'name' in params ? String(params.name) : ''
  return { id, method, name, text: JSON.stringify({ jsonrpc: '2.0', id, method, params: all }) }
}

export const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
}
/** What each request carries in versions without a handshake. */
export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': HELLO.clientInfo,
  'io.modelcontextprotocol/clientCapabilities': HELLO.capabilities,
}

/** With a handshake, or without one (2026-07-28). */
export type Era = 'legacy' | 'modern'

export const INITIALIZED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
