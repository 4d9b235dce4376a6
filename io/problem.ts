/**
 * What is wrong with something a person gave us, as a value: never thrown, shown once (`apps/cli/problems.ts`).
 * The texts may quote untrusted input; whoever prints them escapes them.
 */

/** Every kind of thing that can be wrong with what a person wrote or named. Scripts may rely on the codes. */
export const PROBLEM_CODES = {
  usage: 'the command line asks for something that does not exist',
  'file-unreadable': 'a file or folder cannot be read',
  'file-too-large': 'a file is larger than any of its kind needs to be',
  'yaml-invalid': 'the text is not YAML',
  'yaml-refused': 'the text is YAML of a kind that is not accepted here, because it can hide what it says',
  'field-unknown': 'a field or a value of a closed set does not exist',
  'field-invalid': 'a field has a value that it cannot have',
  'evidence-partial': 'a policy is derived again without the evidence that it rests on',
  'approval-mismatch': 'what was approved is not what would be put in place',
  'mark-unused': 'a reviewer marked something that is not in the evidence',
  'exception-period': 'an exception ends before it starts, or lasts longer than any may',
  'exception-approval': 'an exception is so wide that a second person must approve it',
  'exception-duplicate': 'two exceptions have one id',
  'policy-digest-mismatch': 'a policy is not the one its digest names: it was changed after it was derived',
  'policy-ambiguous': 'two policies claim the same workload',
  'policy-missing': 'there is no policy where one is needed',
  'permission-unknown': 'the policy has no such permission',
  'key-invalid': 'a key is not of the kind that is needed, or is too weak',
  'receipts-locked': 'another process writes to the log of receipts',
  'receipts-broken': 'a log of receipts is not as its seals say, and is not continued',
  'receipts-unwritten': 'a receipt cannot be made durable',
  'output-unsafe': 'a file cannot be written without leaving the output folder',
  'output-failed': 'a file cannot be written',
  'evidence-not-found': 'a path that was named as evidence does not exist',
  'sessions-inferred': 'sessions were told from pauses between calls alone',
  'workload-guessed': 'a workload was told from the names of its pods alone',
  'evidence-skipped': 'a folder of evidence holds files that were not read',
  'store-unknown': 'a store is named in a way that names none',
  'store-missing': 'the engine that a store needs is not installed',
  'store-failed': 'a store of evidence cannot be opened, written or read',
  'store-format': 'a store was folded by an earlier version of the program',
  'evidence-empty': 'nothing of the input could be accepted',
} as const
export type ProblemCode = keyof typeof PROBLEM_CODES

export interface Problem {
  readonly code: ProblemCode
  /** Lower case, no final period, user input in backticks. */
  readonly what: string
  /** `file`, `file:line:column`, or an option; null where there is no place. */
  readonly where: string | null
  /** What to do about it. */
  readonly help: string | null
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const failed = (...problems: readonly Problem[]): Outcome<never> => ({ ok: false, problems })
