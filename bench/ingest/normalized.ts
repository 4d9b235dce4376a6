/** Evidence → one row for each observation, taken apart: what the bare engine is given, so that it has nothing left to decode. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { SourceOptions } from '../../core/model/source.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { decodeRecord } from '../../core/pipeline.ts'

export const writeNormalized = async (evidence: string, options: SourceOptions, file: string): Promise<number> => {
  const out = createWriteStream(file)
  let rows = 0
  for await (const line of createInterface({ input: createReadStream(evidence) })) {
    for (const item of decodeRecord(JSON.parse(line), { source: null, ...options }).items) {
      if (item.kind !== 'observation') continue
      const { workload, session, witness, substrate, action, start, values } = item.observation
      const row = {
        workload: workloadKey(workload),
        session: session ?? witness,
        substrate,
        action,
        start,
        dimension: values.map(({ dimension }) => dimension),
        value: values.map(({ value }) => JSON.stringify(value)),
      }
      rows += 1
      if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain')
    }
  }
  out.end()
  await once(out, 'finish')
  return rows
}
