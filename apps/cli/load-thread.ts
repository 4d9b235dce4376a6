/** A thread that decodes and folds evidence for a store: `ingest` starts it, and hands it how to read records. */
import { parentPort, workerData } from 'node:worker_threads'
import { FOLDING } from '../../core/pipeline.ts'
import { serveLoads } from '../../io/store/clickhouse/load-thread.ts'
import { type EvidenceOptions, readerOf } from './evidence.ts'

const options: EvidenceOptions = workerData

if (parentPort !== null) serveLoads(parentPort, readerOf(options), FOLDING)
