/**
 * The head of a log: what someone else keeps, so that a log that was cut short, or written anew, can be told. A chain says
 * nothing about what comes after its end; only a copy of the end that is out of the writer's reach does.
 */
import { z } from 'zod'
import { done, failed, type Outcome } from '../problem.ts'

export const HEAD_FORMAT = 'ambit.receipts.head/v1'

const schema = z.strictObject({
  format: z.literal(HEAD_FORMAT),
  log: z.string(),
  /** Of the last record. */
  sequence: z.int().nonnegative(),
  /** Of the last record. */
  digest: z.string(),
  /** RFC 3339, of the last record. */
  time: z.string(),
})

export type Head = Readonly<z.output<typeof schema>>

/** Errors: `field-invalid`. */
export const readHead = (text: string, file: string): Outcome<Head> => {
  const invalid = (): Outcome<Head> =>
    failed({
      code: 'field-invalid',
      what: `not the head of a log of receipts`,
      where: file,
      help: 'it is what `ambit audit head` printed',
    })
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? done(parsed.data) : invalid()
  } catch {
    return invalid()
  }
}
