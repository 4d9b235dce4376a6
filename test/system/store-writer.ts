/**
 * A process that appends the batches from a number on, until it is killed or has appended up to another number. Says `ok N` when a
 * batch is acknowledged; now and then it sends one again, and reads, so that it may be killed while it folds.
 */
import { writeSync } from 'node:fs'
import { FOLDING } from '../../core/pipeline.ts'
import { openStore } from '../../io/store/open-store.ts'
import { batchOf } from './store-batches.ts'

const [folder = '', from = '0', to = ''] = process.argv.slice(2)
const end = to === '' ? Number.POSITIVE_INFINITY : Number(to)

const opened = await openStore(folder, { folding: FOLDING, now: Date.now })
if (!opened.ok) {
  writeSync(1, `no ${JSON.stringify(opened.problems)}\n`)
  process.exit(1)
}
const { store } = opened.value
writeSync(1, 'open\n')
for (let index = Number(from); index < end; index++) {
  await store.append(batchOf(index))
  writeSync(1, `ok ${index}\n`)
  if (index % 3 === 1) await store.append(batchOf(index >> 1))
  if (index % 4 === 2) await store.read()
}
await store.close()
