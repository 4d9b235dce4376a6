/** A thread that folds evidence for a store: `opened-store` starts it. */
import { parentPort } from 'node:worker_threads'
import { FOLDING } from '../../core/pipeline.ts'
import { serveFolds } from '../../io/store/clickhouse/fold-thread.ts'

if (parentPort !== null) serveFolds(parentPort, FOLDING)
