/** What comes one after the other → the same, with the next under way while the caller works on this one. */

type Taken<Entry> = { readonly result: IteratorResult<Entry> } | { readonly error: unknown }

/** What fails ahead fails when its turn has come; whoever stops early waits for what is under way. */
export async function* ahead<Entry>(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  const iterator = entries[Symbol.asyncIterator]()
  const take = (): Promise<Taken<Entry>> =>
    iterator.next().then(
      result => ({ result }),
      (error: unknown) => ({ error }),
    )
  let next = take()
  try {
    while (true) {
      const now = await next
      if ('error' in now) throw now.error
      if (now.result.done === true) return
      next = take()
      yield now.result.value
    }
  } finally {
    await next
    await iterator.return?.()
  }
}
