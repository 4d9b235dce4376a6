/**
 * The closed set of constraints that a permission may place on a dimension. `policy/contains` gives each its meaning;
 * closure rules only choose among them; encoders say which of them a target can express.
 */
import type { Scalar } from './scalar.ts'
import type { ValueType } from './value-type.ts'

/**
 * A shape is a list of tokens matched left to right without backtracking: a string stands for itself, a run for one or
 * more characters of its class (the longest stretch), `rest` for anything to the end (also nothing). Two runs of
 * overlapping classes never follow each other.
 */
export type ShapeToken = string | { readonly run: RunClass } | { readonly rest: true }
export type RunClass = 'digits' | 'letters' | 'alphanumeric' | 'hex'
export type Shape = readonly ShapeToken[]

export type Constraint =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  /** The value is one of these (numbers compare as numbers; strings as code units). */
  | { readonly kind: 'set'; readonly values: readonly Scalar[] }
  /** A string that starts with one of these. */
  | { readonly kind: 'prefix'; readonly prefixes: readonly string[] }
  /** A path that, once `.` and `..` are resolved, is one of `under` or below it. A path that climbs out is not contained. */
  | { readonly kind: 'path'; readonly under: readonly string[] }
  /** A host name equal to one of `names`, or a proper subdomain of one of `parents`. Case-insensitive. */
  | { readonly kind: 'domain'; readonly names: readonly string[]; readonly parents: readonly string[] }
  /** An IPv4 or IPv6 address within one of the blocks. */
  | { readonly kind: 'cidr'; readonly blocks: readonly string[] }
  /** A number (or a string that is wholly a decimal number) within min..max, both included. */
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  /** A string of at most `max` UTF-16 units; numbers and booleans pass. */
  | { readonly kind: 'length'; readonly max: number }
  | { readonly kind: 'shape'; readonly shapes: readonly Shape[] }
  /** A value whose inferred type is one of these. */
  | { readonly kind: 'type'; readonly types: readonly ValueType[] }
  /** Depends on context: the user wrote this value in this session's request. */
  | { readonly kind: 'request' }
  /**
   * Depends on context: the value is the whole of one leaf of an earlier tool result in this session. `from`: one that stood first in
   * one of these places (`tool path`, digits masked); absent: in any.
   */
  | { readonly kind: 'field'; readonly from?: readonly string[] }
  /** Depends on context: nothing that the session has read mentions the value or a telling part of it. */
  | { readonly kind: 'unprompted' }
  /** Contained in at least one of these. */
  | { readonly kind: 'anyOf'; readonly of: readonly Constraint[] }

export type ConstraintKind = Constraint['kind']
