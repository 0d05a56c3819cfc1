// The flag `--host` of `longtake worker`: the stable name of this host, over the configuration.
import { Fault } from '../../domain/fault.ts';

/** The configuration with the flag's host where one is given. @throws Fault InputInvalid for a name that no queue can carry */
export function withHost<C extends { host: string }>(config: C, host: unknown): C {
  if (host === undefined) return config;
  if (typeof host !== 'string' || !/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/.test(host))
    throw new Fault(
      'InputInvalid',
      '--host takes small letters, digits, dots, hyphens and underscores, at most 63.',
    );
  return { ...config, host };
}
