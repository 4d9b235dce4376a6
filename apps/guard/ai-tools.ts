/**
 * Tools of the Vercel AI SDK → the same tools, decided before each `execute`. What is denied throws, and the SDK gives the model
 * the error as the tool's result. Known by their shape: the SDK is not a dependency.
 */
import { type Asking, guarded, permit } from './call.ts'

export interface AiToolsOptions {
  /** Name of the MCP server that offers the tools, where the evidence has one. */
  readonly server?: string
  /** Tools without `execute` run elsewhere (at the provider, in a browser), where nothing here can stop them: named, they pass. */
  readonly unguarded?: readonly string[]
}

type Execute = (input: unknown, options: unknown) => unknown

const executeOf = (tool: object): Execute | null => {
  const execute: unknown = 'execute' in tool ? tool.execute : undefined
  if (typeof execute !== 'function') return null
  return (input, options) => execute.call(tool, input, options)
}

/** `async function*`: its outputs are shown one after the other, the last one counts. */
const isGenerator = (tool: object): boolean =>
  'execute' in tool && Object.prototype.toString.call(tool.execute) === '[object AsyncGeneratorFunction]'

const isStream = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const isIterable = (value: unknown): value is AsyncIterable<unknown> => isStream(value)

async function* streamed(asking: Asking, name: string, server: string | null, input: unknown, run: () => unknown) {
  const { returned } = await permit(asking, name, server, input)
  const outputs = run()
  if (!isIterable(outputs)) throw new TypeError(`the tool \`${name}\` gives no outputs`)
  for await (const output of outputs) {
    returned(output)
    yield output
  }
}

const notStreamed = async (name: string, run: () => unknown): Promise<unknown> => {
  const result = await run()
  if (isStream(result))
    throw new TypeError(`the tool \`${name}\` gives a stream from a plain function: write it as \`async function*\``)
  return result
}

const guardedTool = (asking: Asking, name: string, server: string | null, tool: object, execute: Execute): object => {
  const guardedExecute: Execute = isGenerator(tool)
    ? (input, options) => streamed(asking, name, server, input, () => execute(input, options))
    : (input, options) => guarded(asking, name, server, input, () => notStreamed(name, () => execute(input, options)))
  return { ...tool, execute: guardedExecute }
}

/** Throws a `TypeError` for a tool that it cannot guard and that is not named as unguarded. */
export const aiToolsWith =
  (asking: Asking) =>
  <Tools extends Readonly<Record<string, object>>>(tools: Tools, options: AiToolsOptions = {}): Tools => {
    const { server = null, unguarded = [] } = options
    const entries = Object.entries(tools).map(([name, tool]): [string, object] => {
      const execute = executeOf(tool)
      if (execute !== null) return [name, guardedTool(asking, name, server, tool, execute)]
      if (unguarded.includes(name)) return [name, tool]
      throw new TypeError(
        `the tool \`${name}\` has no \`execute\`, so it runs where nothing here can decide; name it in \`unguarded\` if it may`,
      )
    })
    // Every tool keeps its shape, and `execute` its parameters and its result: what the type says stays true.
    return Object.fromEntries(entries) as Tools
  }
