/** What a tool says of itself (MCP `tools/list`, GenAI tool definitions), reduced to what changes meaning. */
export interface ToolDeclaration {
  readonly name: string
  readonly server: string | null
  /** MCP annotations; null where the tool does not say. */
  readonly readOnly: boolean | null
  readonly destructive: boolean | null
  readonly openWorld: boolean | null
  /** By dimension (`tool.args.<path>`), in the same path form as observations. Sorted by dimension. */
  readonly parameters: readonly ParameterDeclaration[]
}

export interface ParameterDeclaration {
  readonly dimension: string
  readonly type: string | null
  readonly format: string | null
  /** JSON Schema `enum` values as strings, or null. */
  readonly values: readonly string[] | null
  readonly required: boolean
}
