// Where the cameras' database is, for the commands that talk to it: PG_DSN, the flag, the configuration file, what is stored.
import { chooseDsn } from '../../client/camera-map.ts';
import { loadedConfigOf, type Session } from '../session.ts';

/** @throws Fault InputInvalid when nothing names it */
export async function cameraDsnOf(session: Session): Promise<string> {
  const { config, sources } = await loadedConfigOf(session);
  const { pgDsn } = config.restream;
  const isOfEnvironment = sources['restream.pgDsn'] === 'environment';
  const flag = session.flags['pgDsn'];
  if (isOfEnvironment && flag !== undefined && flag !== pgDsn)
    session.terminal.err('PG_DSN is set and wins over --pg-dsn.');
  return chooseDsn({
    environment: isOfEnvironment ? pgDsn : undefined,
    flag: typeof flag === 'string' ? flag : undefined,
    file: isOfEnvironment ? undefined : pgDsn,
    stored: (pgDsn ?? flag) ? undefined : await session.catalog.cameraMap.dsn(),
  });
}
