// The places of what relays and their servers must keep to themselves.
import type { Place } from './sealed-value.ts';

export const credentialsPlace = (cameraId: string): Place => `relays|${cameraId}|credentials`;
export const secretsPlace = (server: string): Place => `relay_servers|${server}|secrets`;
