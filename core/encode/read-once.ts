import type { Artifact } from '../model/encoder.ts'

/** Artifacts are immutable: what a reader makes of one is made once, and forgotten with it. */
export const readOnce = <T>(read: (artifact: Artifact) => T): ((artifact: Artifact) => T) => {
  const known = new WeakMap<Artifact, { readonly value: T }>()
  return artifact => {
    const entry = known.get(artifact) ?? { value: read(artifact) }
    known.set(artifact, entry)
    return entry.value
  }
}
