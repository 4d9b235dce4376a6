/**
 * One line of an MCP log → the messages in it, and what the line says of them: time, direction, session, server, workload.
 * There is no standard for the line around a message; the names here are those that proxies and SDK loggers write.
 */
import type { Micros } from '../model/observation.ts'
import type { Workload } from '../model/workload.ts'
import { field, isObject, text } from './json.ts'
import { labelIn, type Pod, workloadOfPod } from './pod-workload.ts'
import { microsOfRfc3339 } from './time.ts'

const isMessage = (value: unknown): boolean =>
  isObject(value) &&
  (typeof value.method === 'string' || Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error'))

const HOLDERS = ['message', 'payload', 'msg', 'raw'] as const

/** The message is a field of the line, or its text, or the line itself. */
const wrapped = (line: unknown): unknown => {
  const inner = field(line, ...HOLDERS)
  if (typeof inner !== 'string') return inner ?? line
  try {
    return JSON.parse(inner)
  } catch {
    return null
  }
}

/** Batches, which the protocol had until 2025-03-26, are lists. */
export const messagesOf = (line: unknown): readonly unknown[] => {
  const inner = wrapped(line)
  return (Array.isArray(inner) ? inner.slice(0, 1_000) : [inner]).filter(isMessage)
}

const timeFieldOf = (line: unknown): unknown => field(line, 'timestamp', 'time', 'ts')

export const timeOf = (line: unknown): Micros | null => microsOfRfc3339(timeFieldOf(line))

const FROM_CLIENT = /^(?:client(?:[_-]to[_-]|\s?(?:→|->)\s?)(?:server|backend)|c2s|req|request|outgoing)$/i
const FROM_SERVER = /^(?:(?:server|backend)(?:[_-]to[_-]|\s?(?:→|->)\s?)client|s2c|res|response|incoming)$/i

/** Null where the line does not say who sent the message. */
export const senderOf = (line: unknown): 'client' | 'server' | null => {
  const direction = text(field(line, 'direction', 'dir'))?.slice(0, 100) ?? ''
  if (FROM_CLIENT.test(direction)) return 'client'
  return FROM_SERVER.test(direction) ? 'server' : null
}

/** Verbatim. */
export const sessionOf = (line: unknown): string | null =>
  text(field(line, 'session', 'sessionId', 'session_id', 'mcpSessionId', 'mcp_session_id'))

export const serverOf = (line: unknown): string | null => text(field(line, 'server', 'serverName', 'server_name'))

/** As collectors and log formats write it: `kubernetes` of Fluent Bit, or the pod's own fields. */
export const podOf = (line: unknown): Pod => {
  const kubernetes = field(line, 'kubernetes')
  return {
    namespace: text(field(line, 'pod_namespace')) ?? text(field(kubernetes, 'namespace_name')),
    name: text(field(line, 'pod_name')) ?? text(field(kubernetes, 'pod_name')),
    owner: text(field(line, 'workload_name')),
    ownerKind: null,
    label: labelIn(field(kubernetes, 'labels')),
  }
}

/** `workload: "agents/librarian"`. */
const namedWorkload = (line: unknown): Workload | null => {
  const [, namespace, name] = /^([^/]{1,253})\/([^/]{1,253})$/.exec(text(field(line, 'workload')) ?? '') ?? []
  return namespace === undefined || name === undefined ? null : { namespace, name }
}

export const namesWorkload = (line: unknown): boolean => namedWorkload(line) !== null

/** The one that the line names, else the pod's. */
export const workloadOf = (line: unknown): Workload | null => namedWorkload(line) ?? workloadOfPod(podOf(line))

const looksLikeMessage = (value: unknown): boolean => {
  if (typeof value === 'string') return /^\s*[{[]/.test(value)
  if (Array.isArray(value)) return isMessage(value[0])
  return isMessage(value) || (isObject(value) && Object.hasOwn(value, 'jsonrpc'))
}

/** A time, a direction, and something that is a message of JSON-RPC. */
export const isLogLine = (record: unknown): boolean =>
  isObject(record) &&
  timeFieldOf(record) !== undefined &&
  (Object.hasOwn(record, 'direction') || Object.hasOwn(record, 'dir')) &&
  looksLikeMessage(field(record, ...HOLDERS) ?? record)
