/** `ambit schema`: a format that people or programs write → its JSON Schema, from the schema that reads it. */
import { EXIT, type ExitCode, type Io } from './io.ts'
import type { SchemaName } from './schema-names.ts'

const schemaOf = async (name: SchemaName): Promise<unknown> => {
  switch (name) {
    case 'decisions': {
      const { CLOSURE_RULES } = await import('../../core/pipeline.ts')
      const { decisionsJsonSchema } = await import('../../io/decisions/decisions-schema.ts')
      return decisionsJsonSchema(CLOSURE_RULES.map(({ id }) => id))
    }
    case 'policy':
      return (await import('../../io/policy-file/policy-schema.ts')).policyJsonSchema()
    case 'observation':
      return (await import('../../core/pipeline.ts')).OBSERVATION_SCHEMA
    case 'exceptions':
      return (await import('../../io/exceptions/exceptions-schema.ts')).exceptionsJsonSchema()
    case 'gateway':
      return (await import('../gateway/config-schema.ts')).gatewayJsonSchema()
    case 'decision-api':
      return (await import('../server/config-schema.ts')).decisionApiJsonSchema()
    case 'serve':
      return (await import('../receiver/config-schema.ts')).serveJsonSchema()
    case 'tokens':
      return (await import('../../io/tokens/token-schema.ts')).tokensJsonSchema()
  }
}

export const schemaCommand = async (name: SchemaName, io: Io): Promise<ExitCode> => {
  io.stdout.write(`${JSON.stringify(await schemaOf(name), null, 2)}\n`)
  return EXIT.done
}
