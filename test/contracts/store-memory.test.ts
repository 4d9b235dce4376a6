/** The store in memory keeps the contract that the others are held to. */
import { FOLDING } from '../../core/pipeline.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { storeContract } from './store-contract.ts'

storeContract('memory', async () => createMemoryStore(FOLDING), 20)
