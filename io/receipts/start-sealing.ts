/** The thread that seals, from the file beside this one as it is built. Run from its source it does not start, and logs do without it. */
import { Worker } from 'node:worker_threads'

export const startSealing = (): Worker => new Worker(new URL('./sealing-thread.js', import.meta.url))
