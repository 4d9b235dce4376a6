/** Every oracle that the program has. Which of them can answer depends on the machine, and is said. */
import { cedarOracle } from '../../../io/oracle/cedar.ts'
import { iamGrammarOracle } from '../../../io/oracle/iam-grammar.ts'
import { manifestOracle } from '../../../io/oracle/manifest.ts'
import type { Oracle } from '../../../io/oracle/oracle.ts'
import { runcOracle } from '../../../io/oracle/runc.ts'

const ORACLES: readonly Oracle[] = [cedarOracle, manifestOracle, iamGrammarOracle, runcOracle]

export interface OraclesHere {
  readonly present: readonly { readonly oracle: Oracle; readonly version: string }[]
  readonly absent: readonly { readonly oracle: string; readonly why: string }[]
}

export const findOracles = async (): Promise<OraclesHere> => {
  const present: { oracle: Oracle; version: string }[] = []
  const absent: { oracle: string; why: string }[] = []
  for (const oracle of ORACLES) {
    const availability = await oracle.available()
    if (availability.ok) present.push({ oracle, version: availability.version })
    else absent.push({ oracle: oracle.id, why: availability.why })
  }
  return { present, absent }
}
