// Types of fleet-servers.js for the tests of the fleet.
export type FleetServer = 'temporal-server' | 'temporal-ui';
export const fleetServers: Readonly<Record<FleetServer, { label: string; version: string }>>;
export function fleetServerDir(
  name: FleetServer,
  environment: Readonly<Record<string, string | undefined>>,
): string;
