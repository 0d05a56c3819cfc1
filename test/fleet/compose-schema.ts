// The part of the Compose Specification that docker-compose.yml uses, as a strict JSON schema: a misspelt or unknown key is an error.
// Stricter than the specification where that allows several notations: one notation each is easier to check.

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const strict = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const named = (schema: object): object => ({
  type: 'object',
  propertyNames: { pattern: '^[a-z][a-z0-9_-]*$' },
  additionalProperties: schema,
});
const duration = { type: 'string', pattern: '^[1-9][0-9]*(ms|s|m|h)$' } as const;
const absolutePath = { type: 'string', pattern: '^/[^:]*$' } as const;

const healthcheck = strict(
  {
    test: { type: 'array', minItems: 2, items: text },
    interval: duration,
    timeout: duration,
    retries: { type: 'integer', minimum: 1 },
    start_period: duration,
  },
  ['test', 'interval', 'timeout', 'retries'],
);

const service = strict(
  {
    image: { type: 'string', pattern: '^[a-z0-9./-]+:[A-Za-z0-9._-]+$' },
    build: strict({ context: text, args: { type: 'object', additionalProperties: text } }, ['context']),
    entrypoint: texts,
    command: texts,
    environment: {
      type: 'object',
      propertyNames: { pattern: '^[A-Z][A-Z0-9_]*$' },
      // A bare true or 5432 of YAML is not a text; Compose would guess.
      additionalProperties: text,
    },
    secrets: texts,
    volumes: {
      type: 'array',
      items: { type: 'string', pattern: '^(\\./|/)?[A-Za-z0-9._/-]+:/[^:]+(:ro)?$' },
    },
    tmpfs: { type: 'array', items: absolutePath },
    ports: { type: 'array', items: { type: 'string', pattern: '^[0-9.]+:[0-9]+:[0-9]+$' } },
    expose: { type: 'array', items: { type: 'string', pattern: '^[0-9]+$' } },
    networks: texts,
    network_mode: { const: 'none' },
    depends_on: named(
      strict({ condition: { enum: ['service_healthy', 'service_completed_successfully'] } }, ['condition']),
    ),
    healthcheck,
    restart: { enum: ['no', 'always', 'on-failure', 'unless-stopped'] },
    stop_grace_period: duration,
    user: { type: 'string', pattern: '^[0-9]+:[0-9]+$' },
    read_only: { type: 'boolean' },
    cap_drop: texts,
    cap_add: texts,
    security_opt: texts,
    shm_size: { type: 'string', pattern: '^[0-9]+[kmg]$' },
    logging: strict({ driver: text, options: { type: 'object', additionalProperties: text } }, ['driver']),
  },
  ['image'],
);

/** For ajv, draft 2020-12. */
export const composeSchema = {
  ...strict(
    {
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
      services: named(service),
      networks: named(strict({ internal: { type: 'boolean' } })),
      volumes: named(strict({})),
      secrets: named(strict({ file: { type: 'string', pattern: '^\\./secrets/[a-z_]+$' } }, ['file'])),
    },
    ['name', 'services', 'secrets'],
  ),
  patternProperties: { '^x-': { type: 'object' } },
};
