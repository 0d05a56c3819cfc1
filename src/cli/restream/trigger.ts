// `restream install-trigger` and `remove-trigger`: nothing is run that was not shown and agreed to.
import { cameraTrigger, type CameraTrigger, type TriggerState } from '../../client/camera-map-trigger.ts';
import type { triggerDocument } from '../../contract/camera-map.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { ask } from '../prompt.ts';
import { withCatalog } from '../session.ts';
import { cameraDsnOf } from './camera-dsn.ts';

interface Change {
  sqlOf: (state: TriggerState) => string;
  run: (trigger: CameraTrigger) => Promise<TriggerState>;
  done: (state: TriggerState) => string;
}

export const install = (invocation: Invocation): Promise<void> =>
  change(invocation, {
    sqlOf: (state) => state.installSql,
    run: (trigger) => trigger.install(),
    done: ({ table, removeSql }) =>
      `Installed: changes of ${table} are seen at once. \`longtake restream remove-trigger\` takes it away, or by hand:\n\n${removeSql}`,
  });

export const remove = (invocation: Invocation): Promise<void> =>
  change(invocation, {
    sqlOf: (state) => state.removeSql,
    run: (trigger) => trigger.remove(),
    done: ({ table }) => `Removed: changes of ${table} are found by polling.`,
  });

const change = (invocation: Invocation, { sqlOf, run, done }: Change): Promise<void> =>
  withCatalog(invocation, async (session) => {
    const { terminal, flags, json, catalog, signal } = session;
    const table = typeof flags['table'] === 'string' ? flags['table'] : undefined;
    const trigger = await cameraTrigger(catalog, { table, dsn: await cameraDsnOf(session), signal });
    const before = await trigger.look();
    const sql = sqlOf(before);
    if (!json) terminal.out(`${sql}\n`);
    if (flags['yes'] !== true && !(await agreed(invocation, before.table)))
      throw new Fault('InputInvalid', `Nothing was run on ${before.table}.`, {
        remedy: 'Add --yes to run it, or run the SQL as the owner of the table.',
      });
    const after = await run(trigger);
    if (json)
      return printJson<typeof triggerDocument>(terminal, {
        table: after.table,
        installed: after.installed,
        sql,
      });
    terminal.out(done(after));
  });

async function agreed({ terminal, json }: Invocation, table: string): Promise<boolean> {
  if (!terminal.asks || json) return false;
  return /^y(?:es)?$/i.test(await ask(terminal, `Run this on ${table}? (yes/no)`, 'no'));
}
