// Hosts and ports of addresses in their one usual form; every other spelling of an address is refused.

/** True for a DNS name in ASCII, a dotted IPv4 address in plain decimal, or an IPv6 address in brackets. Lower case is expected. */
export function isHost(host: string): boolean {
  if (host.startsWith('[')) return host.endsWith(']') && isIpv6(host.slice(1, -1));
  if (host.length > 253 || !/^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/.test(host)) return false;
  const labels = host.split('.');
  if (labels.some((label) => label === '' || label.length > 63 || /^-|-$/.test(label))) return false;
  // A last label that is a number makes resolvers read the whole as IPv4, octal, hexadecimal and short forms included.
  return /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? isIpv4(host) : true;
}

/** A port from 1 to 65535 without leading zeros; undefined for anything else. */
export function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined;
  const port = Number(text);
  return port <= 65_535 ? port : undefined;
}

/** Four decimal bytes, none with a leading zero. */
export function isIpv4(text: string): boolean {
  const bytes = text.split('.');
  return bytes.length === 4 && bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) <= 255);
}

/** RFC 4291 text without a zone: eight groups, one `::` for at least one of them, a dotted IPv4 tail allowed. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map((half, index) => groupCount(half, index === halves.length - 1));
  if (counts.some((count) => count === undefined)) return false;
  const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return halves.length === 2 ? total <= 7 : total === 8;
}

function groupCount(half: string, isLast: boolean): number | undefined {
  if (half === '') return 0;
  const groups = half.split(':');
  const tail = groups.at(-1) ?? '';
  const dotted = isLast && isIpv4(tail);
  const plain = dotted ? groups.slice(0, -1) : groups;
  return plain.every((group) => /^[0-9a-f]{1,4}$/.test(group)) ? plain.length + (dotted ? 2 : 0) : undefined;
}
