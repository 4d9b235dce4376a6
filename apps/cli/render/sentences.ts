/**
 * Codes and classes → the sentence that a person reads, once. What the core names in its own tables (verdicts, losses,
 * rejections, causes of incompleteness, differences) is rendered from those; here is the rest.
 */
import type { Access, Role } from '../../../core/model/decisions.ts'
import type { Basis, WithheldClass } from '../../../core/model/policy.ts'
import type { Substrate } from '../../../core/model/substrate.ts'
import type { Verdict } from '../../../core/model/verdict.ts'

export const SUBSTRATE_TITLES: Readonly<Record<Substrate, string>> = {
  tool: 'Tool calls',
  network: 'Network egress',
  syscall: 'System calls',
  process: 'Processes and files',
  iam: 'Cloud API actions',
}

/** One surface, and several. */
export const SURFACE_NOUNS: Readonly<Record<Substrate, readonly [string, string]>> = {
  tool: ['tool', 'tools'],
  network: ['network port', 'network ports'],
  syscall: ['system call', 'system calls'],
  process: ['process action', 'process actions'],
  iam: ['cloud action', 'cloud actions'],
}

export const WITHHELD_CLASSES: Readonly<Record<WithheldClass, string>> = {
  'rare-recurring': 'rare, but seen again and again over the window',
  'one-task': 'by several, but all of one kind of task',
  'one-time': 'seen by a single session',
  'late-onset': 'first seen at the end of the window',
  suggested: 'only seen where a text that was read names it, or often, but nothing explains it',
  burst: 'often, but all at once or by one session only',
}

export const BASES: Readonly<Record<Basis, string>> = {
  written: 'written by a person',
  declared: 'declared by the tool',
  name: 'guessed from the name',
  value: 'inferred from the values',
  substrate: 'given by the substrate',
}

export const ROLES: Readonly<Record<Role, string>> = {
  sink: 'where something goes to',
  amount: 'how much',
  selector: 'which thing is acted on',
  content: 'what is written or said',
  free: 'variation does not matter',
  secret: 'a secret',
}

export const ACCESS_ORDER: Readonly<Record<Access, number>> = { destructive: 0, write: 1, read: 2 }

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  allow: 'allowed',
  review: 'for a person to decide',
  deny: 'denied',
}

export const CONTEXT_PARTS: Readonly<Record<'request' | 'results', string>> = {
  request: 'the user’s request',
  results: 'earlier results of the session',
}
