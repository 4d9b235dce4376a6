/**
 * Names under which instrumentations write the same thing, the current semantic convention first. Sources:
 * OpenTelemetry GenAI and MCP semantic conventions (`gen_ai.*`, `mcp.*`, with names of earlier drafts), OpenInference
 * (`input.value`, `tool.name`, `llm.*`), OpenLLMetry (`traceloop.*`), the Vercel AI SDK (`ai.*`), Pydantic AI
 * (`tool_arguments`), Google ADK (`gcp.vertex.agent.*`).
 */
export const ATTRIBUTES = {
  operation: ['gen_ai.operation.name'],
  kind: ['openinference.span.kind', 'traceloop.span.kind'],
  vercelOperation: ['ai.operationId'],
  mcpMethod: ['mcp.method.name'],
  toolName: ['gen_ai.tool.name', 'mcp.tool.name', 'tool.name', 'ai.toolCall.name', 'traceloop.entity.name'],
  toolCall: ['gen_ai.tool.call.id', 'ai.toolCall.id', 'tool_call.id'],
  arguments: [
    'gen_ai.tool.call.arguments',
    'gen_ai.tool.call.args',
    'gen_ai.tool.arguments',
    'tool_arguments',
    'ai.toolCall.args',
    'ai.toolCall.input',
    'gcp.vertex.agent.tool_call_args',
    'input.value',
    'traceloop.entity.input',
  ],
  result: [
    'gen_ai.tool.call.result',
    'gen_ai.tool.result',
    'tool_response',
    'ai.toolCall.result',
    'ai.toolCall.output',
    'gcp.vertex.agent.tool_response',
    'output.value',
    'traceloop.entity.output',
  ],
  definitions: ['gen_ai.tool.definitions', 'gen_ai.request.tools'],
  messages: ['gen_ai.input.messages'],
  server: ['mcp.server.name'],
  conversation: ['gen_ai.conversation.id', 'gen_ai.thread.id'],
  session: ['session.id', 'traceloop.association.properties.session_id'],
  mcpSession: ['mcp.session.id'],
  model: ['gen_ai.request.model', 'gen_ai.response.model', 'llm.model_name', 'ai.model.id'],
  promptTemplate: ['gen_ai.prompt.template', 'llm.prompt_template.template', 'traceloop.prompt.template'],
  promptDigest: ['gen_ai.prompt.template.digest', 'gen_ai.prompt.digest'],
  errorType: ['error.type'],
  errorCode: ['rpc.response.status_code', 'rpc.jsonrpc.error_code', 'http.response.status_code'],
  namespace: ['k8s.namespace.name'],
  deployment: ['k8s.deployment.name'],
  statefulset: ['k8s.statefulset.name'],
  daemonset: ['k8s.daemonset.name'],
  cronjob: ['k8s.cronjob.name'],
  job: ['k8s.job.name'],
  replicaset: ['k8s.replicaset.name'],
  pod: ['k8s.pod.name', 'k8s.pod.uid'],
  serviceNamespace: ['service.namespace'],
  serviceName: ['service.name'],
  serviceVersion: ['service.version'],
  serviceInstance: ['service.instance.id', 'host.name'],
  process: ['process.pid'],
  manifestDigest: ['oci.manifest.digest'],
  imageDigests: ['container.image.repo_digests'],
  imageId: ['container.image.id'],
  imageName: ['container.image.name'],
  imageTags: ['container.image.tags', 'container.image.tag'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type AttributeName = keyof typeof ATTRIBUTES

/** Operations of a model, not of an agent: what they are given was written by an agent. */
export const MODEL_OPERATIONS: ReadonlySet<string> = new Set([
  'chat',
  'text_completion',
  'generate_content',
  'embeddings',
  'retrieval',
])
