/** The encoder contract for the artifacts of the network and syscall substrates. */
import { parseDocument } from 'yaml'
import { ciliumEncoder } from '../../core/encode/cilium.ts'
import { networkPolicyEncoder } from '../../core/encode/network-policy.ts'
import { seccompEncoder } from '../../core/encode/seccomp.ts'
import { encoderContract } from './encoder-suite.ts'

const notYaml = (_: string, content: string): string | null => {
  const document = parseDocument(content, { strict: true, uniqueKeys: true })
  return [...document.errors, ...document.warnings].map(({ message }) => message)[0] ?? null
}

const notJson = (_: string, content: string): string | null => {
  try {
    JSON.parse(content)
    return null
  } catch (error) {
    return String(error)
  }
}

encoderContract(networkPolicyEncoder, { malformed: notYaml })
encoderContract(ciliumEncoder, { malformed: notYaml })
encoderContract(seccompEncoder, { malformed: notJson })
