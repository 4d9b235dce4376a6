/** A thread that derives the policies of a portion, and nothing else: no artifact, no review, no file. */
import { parentPort } from 'node:worker_threads'
import { serveThread } from '../../io/threads/thread.ts'
import { policiesOf } from './policies-of.ts'

if (parentPort !== null) serveThread(parentPort, policiesOf)
