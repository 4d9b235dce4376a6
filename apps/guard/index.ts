/** `ambit/guard`: the functions of one program behind a derived policy. See docs/guard.md. */

export type { DerivedPolicy } from '../../core/model/policy.ts'
export type { AiToolsOptions } from './ai-tools.ts'
export { AmbitDenied } from './denied.ts'
export {
  type Approval,
  createGuard,
  type Guard,
  type GuardOptions,
  type GuardSession,
  type Question,
  type SessionOptions,
} from './guard.ts'
export { openReceipts, type ReceiptOptions, type Receipts } from './open-receipts.ts'
export type { OpenAiHandlers, OpenAiToolCall, OpenAiToolMessage } from './openai.ts'
export type { NamedParameters, Wrap, WrapOptions } from './plain.ts'
export { readPolicyFile } from './read-policy-file.ts'
