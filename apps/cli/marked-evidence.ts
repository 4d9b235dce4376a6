/** Collected evidence + the file with a reviewer's marks, if one was named → what may be derived from. */
import type { Mark } from '../../core/model/mark.ts'
import type { Evidence } from '../../core/model/workload-evidence.ts'
import { markEvidence } from '../../core/pipeline.ts'
import { loadMarks } from '../../io/marks/read-marks.ts'
import { done, type Outcome } from '../../io/problem.ts'
import type { Io } from './io.ts'
import { showWarnings } from './problems.ts'
import { many } from './render/numbers.ts'

/** A mark that nothing answers to is told of: it may be misspelled, and then something malicious counts. */
export const warnUnused = (unused: readonly Mark[], file: string, io: Io): void => {
  const [first] = unused
  if (first === undefined) return
  const what = `${many(unused.length, 'mark')} for which there is no evidence, e.g. \`${first.session ?? first.observation}\``
  const help = 'a mark that is misspelled leaves what was malicious in the evidence'
  showWarnings(io, [{ code: 'mark-unused', what, where: file, help }])
}

export const withoutMarked = async (evidence: Evidence, file: string | null, io: Io): Promise<Outcome<Evidence>> => {
  if (file === null) return done(evidence)
  const marks = await loadMarks(file)
  if (!marks.ok) return marks
  const { evidence: marked, unused } = markEvidence(evidence, marks.value)
  warnUnused(unused, file, io)
  return done(marked)
}
