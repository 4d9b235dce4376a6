/** A function → the same function, decided before each call. Its types stay as they are; what it gives is a promise. */
import { type Asking, guarded } from './call.ts'

export interface WrapOptions {
  /** Name of the MCP server that offers the tool, where the evidence has one. */
  readonly server?: string
}

/** A function of several parameters: their names, in order, as the evidence has them. */
export interface NamedParameters<Args extends readonly unknown[]> extends WrapOptions {
  readonly parameters: { readonly [Index in keyof Args]: string }
}

export interface Wrap {
  /** A tool as agents call it: with one object of arguments, or none. */
  <Args extends readonly [arguments_?: object], Out>(
    name: string,
    tool: (...args: Args) => Out,
    options?: WrapOptions,
  ): (...args: Args) => Promise<Awaited<Out>>
  <Args extends readonly unknown[], Out>(
    name: string,
    tool: (...args: Args) => Out,
    options: NamedParameters<Args>,
  ): (...args: Args) => Promise<Awaited<Out>>
}

/** One object: what is passed beyond the names is no argument that anybody could judge. */
const argumentsOf = (args: readonly unknown[], names: readonly string[] | null): unknown => {
  if (names === null) return args.length <= 1 ? (args[0] ?? {}) : UNREADABLE
  if (args.length > names.length) return UNREADABLE
  return Object.fromEntries(args.map((value, index) => [names[index] ?? '', value]))
}

const UNREADABLE = Symbol('arguments without names')

export const wrapWith =
  (asking: Asking): Wrap =>
  <Args extends readonly unknown[], Out>(
    name: string,
    tool: (...args: Args) => Out,
    options: Partial<NamedParameters<Args>> = {},
  ) => {
    const { server = null, parameters = null } = options
    const names = parameters === null ? null : [...parameters]
    return (...args: Args): Promise<Awaited<Out>> =>
      guarded(asking, name, server, argumentsOf(args, names), () => tool(...args))
  }
