/** The client's `initialize` → every server's, and one answer. The client is told no more than what all of them agreed to. */
import { LEGACY_VERSIONS } from '../../io/mcp/eras.ts'
import {
  CODES,
  errorMessage,
  isJson,
  own,
  type RequestMessage,
  type ResponseMessage,
  resultMessage,
} from '../../io/mcp/message.ts'
import { VERSION } from '../../io/version.ts'
import type { Around } from './around.ts'
import { mergedHello, withListChanged } from './merge.ts'

const NAME = 'ambit-gateway'

/** A version that is not known here could have other ways to call a tool: the newest that is known is offered instead. */
const spoken = (params: unknown): unknown =>
  isJson(params) && !LEGACY_VERSIONS.includes(String(own(params, 'protocolVersion')))
    ? { ...params, protocolVersion: LEGACY_VERSIONS[0] }
    : params

const understood = (response: ResponseMessage): boolean =>
  LEGACY_VERSIONS.includes(String(own(own(response, 'result'), 'protocolVersion')))

export interface Starting extends Pick<Around, 'upstreams' | 'answer' | 'told' | 'site' | 'party'> {
  readonly message: RequestMessage
  readonly greeted: () => void
}

export const startAll = ({ upstreams, answer, told, site, party, message, greeted }: Starting): void => {
  const params = spoken(own(message, 'params'))
  const responses = upstreams.map(upstream => new Promise<ResponseMessage>(resolve => upstream.start(params, resolve)))
  const settle = (all: readonly ResponseMessage[]): void => {
    const good = all.filter(understood)
    const [first] = good
    if (first === undefined) {
      const failed = all.find(response => own(response, 'error') !== undefined)
      const other = errorMessage(
        message.id,
        CODES.unavailable,
        'the server speaks a protocol version that this gateway does not',
      )
      answer(message.id, failed ?? other)
      return
    }
    greeted()
    const client = own(own(params, 'clientInfo'), 'name')
    site.log('info', 'session-begun', {
      session: party.session,
      workload: party.workload,
      subject: party.subject,
      client,
    })
    const hello =
      upstreams.length === 1
        ? own(first, 'result')
        : mergedHello(
            good.map(response => own(response, 'result')),
            NAME,
            VERSION,
          )
    const answered = resultMessage(message.id, withListChanged(hello))
    answer(message.id, answered)
    told(answered)
  }
  void Promise.all(responses).then(settle)
}
