/** What only a modern server can say → what a client of a version with a handshake can read, or an error where it could not. */
import { CODES, errorMessage, isJson, type Json, own, type RequestMessage, type ResponseMessage } from './message.ts'

/** Before, structured results were objects, and so was what their schemas described. */
const withObjects = (tool: unknown): unknown => {
  const schema = own(tool, 'outputSchema')
  if (!isJson(tool) || schema === undefined || own(schema, 'type') === 'object') return tool
  const { outputSchema: _, ...rest } = tool
  return rest
}

const withoutBare = (result: Json): Json => {
  const { structuredContent, ...rest } = result
  if (structuredContent === undefined || isJson(structuredContent)) return result
  const content = Array.isArray(rest.content) ? rest.content : []
  const hasText = content.some(part => own(part, 'type') === 'text')
  const text = { type: 'text', text: JSON.stringify(structuredContent) }
  return { ...rest, content: hasText ? content : [...content, text] }
}

export const forLegacyClient = (response: ResponseMessage): ResponseMessage => {
  const result = own(response, 'result')
  if (!isJson(result)) return response
  const { resultType = 'complete' } = result
  // A kind of result that it does not know would be read as another.
  if (resultType !== 'complete') {
    const text = `the server answered with \`${String(resultType).slice(0, 100)}\`, which the client’s protocol version does not have`
    return errorMessage(response.id, CODES.internal, text)
  }
  const tools = own(result, 'tools')
  if (Array.isArray(tools)) return { ...response, result: { ...result, tools: tools.map(withObjects) } }
  return { ...response, result: withoutBare(result) }
}

/** Until 2025-11-25 a question to open a page had an id. */
export const questionForLegacyClient = (question: RequestMessage): RequestMessage => {
  const params = own(question, 'params')
  return isJson(params) && params.mode === 'url' && params.elicitationId === undefined
    ? { ...question, params: { ...params, elicitationId: question.id } }
    : question
}
