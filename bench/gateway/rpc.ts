/** The least of an MCP client: what it sends, and nothing of what the SDK does on top, so that the wire is what is measured. */

export interface Asked {
  readonly id: number
  readonly text: string
}

export interface Wire {
  /** The answer's text, once its last byte is here. */
  ask(asked: Asked): Promise<string>
  close(): Promise<void>
}

let count = 0

export const request = (method: string, params: unknown): Asked => {
  const id = ++count
  return { id, text: JSON.stringify({ jsonrpc: '2.0', id, method, params }) }
}

export const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
}
export const INITIALIZED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
