// `config print`: every key with its value and where it came from; secrets are always masked.
import { configDocumentOf } from '../../config/redact.ts';
import type { configDocument } from '../../contract/config-document.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Invocation } from '../perform.ts';
import { loadedConfigOf } from '../session.ts';

export async function printConfig(invocation: Invocation): Promise<void> {
  const { terminal, json } = invocation;
  const document = configDocumentOf(await loadedConfigOf(invocation));
  if (json) return printJson<typeof configDocument>(terminal, document);
  terminal.out(`File: ${document.file ?? 'none'}`);
  const rows = document.values.map(({ key, value, source }) => [key, valueText(value), source]);
  terminal.out(renderTable(['key', 'value', 'from'], rows));
}

function valueText(value: string | number | boolean | string[] | null): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
