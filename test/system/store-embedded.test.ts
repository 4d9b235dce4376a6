/** The embedded engine keeps the contract of every store. */
import { afterAll, beforeAll } from 'vitest'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import { embeddedEngine } from '../../io/store/clickhouse/open-clickhouse.ts'
import { storeContract } from '../contracts/store-contract.ts'
import { emptied, temporaryFolder } from './embedded-engine.ts'

let engine: Engine
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  engine = await embeddedEngine(folder.path)
})
afterAll(async () => {
  await engine.close()
  await folder.remove()
})

storeContract('embedded', () => emptied(engine), 12)
