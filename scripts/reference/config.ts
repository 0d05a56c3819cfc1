// docs/reference/config.md, from the schema of the configuration.
import { configReference } from '../../src/config/reference.ts';
import { code, generated, plain, table } from './markdown.ts';

export function configReferencePage(): string {
  const rows = configReference().map((row) => [
    code(row.key),
    row.variables.map(code).join(' '),
    plain(row.type),
    plain(row.default),
    plain(row.description),
  ]);
  return [
    generated('src/config/schema.ts'),
    '# Configuration',
    'A flag wins over an environment variable, that over the configuration file (`longtake.yaml`, or the one named by `--config` or `LONGTAKE_CONFIG`), that over the running stack of the data directory, that over the default. `longtake config print` shows every value and where it came from; secrets are masked. A variable that ends in `_FILE` names a file that holds the secret.',
    'Where Temporal is and how to log in to it are the settings of the `temporal` CLI: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_*`, `TEMPORAL_PROFILE`, and its configuration file.',
    table(['key', 'variables', 'type', 'default', 'meaning'], rows),
  ].join('\n\n');
}
