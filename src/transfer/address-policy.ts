// Which network addresses a source URL may lead to: one resolution per connection, judged before anything is sent.
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Fault } from '../domain/fault.ts';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Never reachable, whatever the configuration: link-local (cloud metadata), unspecified, multicast, reserved. */
const neverAllowed = blockListOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  // Metadata services outside the link-local range: AWS over IPv6, Alibaba Cloud.
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

/** Loopback, private and carrier-grade NAT ranges: cameras live there, so they are allowed unless configured otherwise. */
const privateRanges = blockListOf([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
]);

function blockListOf(subnets: readonly [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

/** The 16-bit groups of an IPv6 address, or undefined when it is none. */
function ipv6Groups(address: string): number[] | undefined {
  if (isIP(address) !== 6) return undefined;
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':').map((g) => Number.parseInt(g, 16)));
  const [front, back] = [groupsOf(head), tail === undefined ? [] : groupsOf(tail)];
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
}

/** The IPv4 address that an IPv6 one carries: mapped `::ffff:a.b.c.d`, compatible `::a.b.c.d`, NAT64 `64:ff9b::/96`, 6to4 `2002::/16`. */
function embeddedIpv4(address: string): string | undefined {
  const groups = ipv6Groups(address);
  if (!groups) return undefined;
  const dotted = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2]);
  const prefix = groups.slice(0, 6).join(',');
  const carriers = ['0,0,0,0,0,65535', '0,0,0,0,0,0', '100,65435,0,0,0,0'];
  // `::` and `::1` are addresses of their own.
  if (prefix === carriers[1] && groups[6] === 0 && (groups[7] ?? 0) <= 1) return undefined;
  return carriers.includes(prefix) ? dotted(groups[6], groups[7]) : undefined;
}

/** Why this literal address may not be used; undefined when it may. */
export function refusalOf(address: string, allowPrivate: boolean): string | undefined {
  const bare = address.split('%')[0] ?? address;
  for (const candidate of [bare, embeddedIpv4(bare)]) {
    if (candidate === undefined) continue;
    const family = isIP(candidate) === 6 ? 'ipv6' : 'ipv4';
    if (neverAllowed.check(candidate, family)) return 'a link-local, metadata, multicast or reserved address';
    if (!allowPrivate && privateRanges.check(candidate, family)) return 'a loopback or private address';
  }
  return undefined;
}

/**
 * Resolves a host once; the caller connects to exactly this address, so a name that changes its answer afterwards gains nothing.
 * One refused address among the answers refuses the host. Fails with ForbiddenUrl or SourceUnreachable.
 */
export async function resolveAllowed(host: string, allowPrivate: boolean): Promise<ResolvedAddress> {
  const literal = host.replace(/^\[|\]$/g, '');
  const found = isIP(literal)
    ? [{ address: literal, family: isIP(literal) }]
    : await lookup(literal, { all: true, verbatim: true }).catch((cause: unknown) => {
        throw new Fault('SourceUnreachable', `The host ${host} cannot be resolved.`, {}, { cause });
      });
  for (const { address } of found) {
    const refusal = refusalOf(address, allowPrivate);
    if (refusal) throw new Fault('ForbiddenUrl', `The host ${host} is ${refusal} (${address}).`);
  }
  // Many small devices announce IPv6 and do not answer there.
  const chosen = found.find((entry) => entry.family === 4) ?? found[0];
  if (!chosen) throw new Fault('SourceUnreachable', `The host ${host} has no address.`);
  return { address: chosen.address, family: chosen.family === 6 ? 6 : 4 };
}
