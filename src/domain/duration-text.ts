// Lengths of time as people read them in tables and in the Web UI.

/**
 * `0.96 s`, `28 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`: two units at most, the second left out when it is zero.
 * @param seconds any finite number; a negative one keeps its sign
 */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 0) return `-${durationText(-seconds)}`;
  const short = seconds < 9.995 ? round(seconds, 100) : round(seconds, 10);
  if (short < 60) return `${short} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(whole, { per: 60, major: 'min', minor: 's' });
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, { per: 60, major: 'h', minor: 'min' });
  return pair(Math.round(seconds / 3600), { per: 24, major: 'd', minor: 'h' });
}

function pair(amount: number, units: { per: number; major: string; minor: string }): string {
  const rest = amount % units.per;
  const major = `${Math.floor(amount / units.per)} ${units.major}`;
  return rest === 0 ? major : `${major} ${String(rest).padStart(2, '0')} ${units.minor}`;
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;
