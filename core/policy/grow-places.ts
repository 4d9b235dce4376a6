/**
 * Where fields stood, by text: maps that only grow and share what they have in common, as `grow` does it for sets. What is there
 * stays as it was first said; a place has one string, however many fields stood there.
 */
import type { Places } from '../model/context.ts'
import { withChunk } from './chunks.ts'

type Chunk = ReadonlyMap<string, string>

interface Grown extends Places {
  readonly texts: readonly Chunk[]
  readonly names: readonly Chunk[]
}

const found = (chunks: readonly Chunk[], key: string): string | undefined => {
  for (const chunk of chunks) {
    const value = chunk.get(key)
    if (value !== undefined) return value
  }
  return undefined
}

const joined = (a: Chunk, b: Chunk): Chunk => new Map([...a, ...b])

const isGrown = (places: Places): places is Grown => 'texts' in places

const begun = (base: Places | undefined): Pick<Grown, 'texts' | 'names'> => {
  if (base !== undefined && isGrown(base)) return base
  return { texts: base instanceof Map ? [base] : [], names: [] }
}

/** `more`: text → place. Also says how many characters of places are new with it. */
export const growPlaces = (
  base: Places | undefined,
  more: Chunk,
): { readonly places: Places; readonly characters: number } => {
  const { texts, names } = begun(base)
  const named = new Map<string, string>()
  const placed = new Map<string, string>()
  let characters = 0
  for (const [text, place] of more) {
    if (found(texts, text) !== undefined) continue
    const known = found(names, place) ?? named.get(place)
    if (known === undefined) {
      named.set(place, place)
      characters += place.length
    }
    placed.set(text, known ?? place)
  }
  const [all, allNames] = [withChunk(texts, placed, joined), withChunk(names, named, joined)]
  const places: Grown = { texts: all, names: allNames, get: text => found(all, text) }
  return { places, characters }
}
