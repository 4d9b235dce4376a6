/** What the readers of network manifests share: which requests they answer, and that what no rule allows is denied. */
import type { z } from 'zod'
import type { Artifact } from '../model/encoder.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Verdict } from '../model/verdict.ts'
import { readConnection } from './connection.ts'
import { readManifest } from './manifest.ts'
import type { Port } from './network-rules.ts'
import { readOnce } from './read-once.ts'

/** Null: not network egress, or nothing was written. A manifest that cannot be read allows nothing. */
export const egressReader = <Manifest>(
  schema: z.ZodType<Manifest>,
  allows: (manifest: Manifest, port: Port, destination: string) => boolean,
): ((artifact: Artifact, request: ActionRequest) => Verdict | null) => {
  const readRules = readOnce(({ files: [file] }) =>
    file === undefined ? null : schema.safeParse(readManifest(file.content)),
  )
  return (artifact, request) => {
    const connection = readConnection(request)
    const read = readRules(artifact)
    if (connection === null || read === null) return null
    const { port, destinations } = connection
    if (!read.success || port === null) return 'deny'
    return destinations.every(destination => allows(read.data, port, destination)) ? 'allow' : 'deny'
  }
}
