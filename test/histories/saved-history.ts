// A history as it is kept: one event a line, nothing that tells whose machine made it.
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

type History = Parameters<typeof historyToJSON>[0];

/** Fields that name a process, a machine or a stack of its sources; replay needs none of them. */
const anonymous: Record<string, unknown> = { identity: 'worker', stackTrace: '' };

/** @param replacements texts that are replaced wherever they stand, in payloads too, for example a host's name */
export function savedHistory(history: History, replacements: Readonly<Record<string, string>> = {}): string {
  const replaced = (text: string): string =>
    Object.entries(replacements).reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
  const { events: all } = JSON.parse(historyToJSON(history)) as { events: object[] };
  const events = all.map((event) =>
    JSON.stringify(event, (key: string, value: unknown) => {
      if (key in anonymous) return anonymous[key];
      if (typeof value !== 'string') return value;
      return key === 'data' ? base64Of(replaced(textOf(value))) : replaced(value);
    }),
  );
  return `{"events":[\n${events.join(',\n')}\n]}\n`;
}

const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
const base64Of = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Every payload of a saved history as text, for checks of what it holds. */
export function payloadsOf(saved: string): string[] {
  return [...saved.matchAll(/"data":"([^"]*)"/g)].map(([, data]) => textOf(data!));
}
