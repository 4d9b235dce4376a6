/** A thread that derives workloads of a store: `derive-all` starts it. */
import { parentPort } from 'node:worker_threads'
import { serveThread } from '../../../io/threads/thread.ts'
import { derivePortion } from './derive-portion.ts'

if (parentPort !== null) serveThread(parentPort, derivePortion)
