/** A thread that seals batches of receipts: `start-sealing` starts it. */
import { parentPort } from 'node:worker_threads'
import { serveSealing } from './serve-sealing.ts'

if (parentPort !== null) serveSealing(parentPort)
