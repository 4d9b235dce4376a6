/** A thread that folds evidence for a store: `opened-store` starts it. */
import { parentPort } from 'node:worker_threads'
import { FOLDING } from '../../core/pipeline.ts'
import { type FoldWork, foldedFrom } from '../../io/store/clickhouse/fold-work.ts'
import { serveThread } from '../../io/threads/thread.ts'

if (parentPort !== null) serveThread(parentPort, (work: FoldWork) => foldedFrom(FOLDING, work))
