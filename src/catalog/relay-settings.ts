// The one row that belongs to all relays: whether they are paused, and the floor under the numbers of relays to come.
import type { Database } from './tables.ts';

const onlyRow = 1;

export async function isPaused(db: Database['db']): Promise<boolean> {
  const row = await db.selectFrom('relaySettings').select('paused').executeTakeFirst();
  return row?.paused === 1;
}

export async function setPaused(db: Database['db'], paused: boolean): Promise<void> {
  await db
    .updateTable('relaySettings')
    .set({ paused: paused ? 1 : 0 })
    .where('id', '=', onlyRow)
    .execute();
}

/**
 * Makes this transaction the only one that changes many relays at once, until it ends; answers the floor. Two that each lock rows of
 * the other would otherwise end one another as a deadlock.
 */
export async function lockRelays(transaction: Database['db']): Promise<number> {
  const { floor } = await transaction
    .updateTable('relaySettings')
    .set(({ ref }) => ({ floor: ref('floor') }))
    .where('id', '=', onlyRow)
    .returning('floor')
    .executeTakeFirstOrThrow();
  return floor;
}

/** A removed relay's epoch must stay the past for a camera that comes back: the gates remember it. Inside `lockRelays`. */
export async function raiseFloor(transaction: Database['db'], floor: number): Promise<void> {
  await transaction
    .updateTable('relaySettings')
    .set({ floor })
    .where('id', '=', onlyRow)
    .where('floor', '<', floor)
    .execute();
}
