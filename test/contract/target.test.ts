// What an export target may hold: everything here reaches a command line or a remote host.
import { expect, test } from 'vitest';
import { targetName, targetSpec } from '../../src/contract/target.ts';

const rsync = (more: Record<string, unknown>) =>
  targetSpec.safeParse({ kind: 'rsync', host: 'nas', path: '/data', ...more });

test('an rsync target has port 22 unless it says otherwise', () => {
  expect(rsync({}).data).toEqual({ kind: 'rsync', host: 'nas', path: '/data', port: 22 });
  const full = { user: 'u.1-x', port: 2222, identity: '/etc/key', knownHosts: '/etc/known_hosts' };
  expect(rsync(full).data).toMatchObject(full);
});

test.each(['nas', 'nas.example.org', '10.0.0.1', '[::1]', '[fe80::1]', 'a'.repeat(63)])(
  '%s is a host',
  (host) => {
    expect(rsync({ host }).success).toBe(true);
  },
);

test.each([
  '',
  '-oProxyCommand=x',
  'a b',
  'a;b',
  'u@h',
  'h:22',
  '::1',
  '[::1',
  'a/b',
  'a..b',
  'a-',
  '$(x)',
  'a\nb',
  'a'.repeat(64),
])('%j is no host', (host) => {
  expect(rsync({ host }).success).toBe(false);
});

test.each(['-l', 'a b', 'a@b', '', 'a;b', '$x', 'a\n'])('%j is no user', (user) => {
  expect(rsync({ user }).success).toBe(false);
});

test.each(['relative', '', '~/x', '/a\nb', '/a\0b', '/a/../b', '/..', '-x'])('%j is no path', (path) => {
  expect(rsync({ path }).success).toBe(false);
  expect(rsync({ identity: path }).success).toBe(false);
  expect(targetSpec.safeParse({ kind: 'local', path }).success).toBe(false);
});

test.each(['/srv/out', '/srv/with space', "/srv/it's", '/srv/зал', '/'])('%j is a path', (path) => {
  expect(targetSpec.safeParse({ kind: 'local', path }).success).toBe(true);
});

test.each([0, 65_536, 22.5, '22'])('%j is no port', (port) => {
  expect(rsync({ port }).success).toBe(false);
});

test('a target of another kind, or with fields of the other kind, is refused', () => {
  expect(targetSpec.safeParse({ kind: 's3', path: '/x' }).success).toBe(false);
  expect(targetSpec.safeParse({ kind: 'local', path: '/x', host: 'nas' }).success).toBe(false);
});

test.each(['nas', 'nas-1', 'NAS.2_x'])('%s is a target name', (name) => {
  expect(targetName.safeParse(name).success).toBe(true);
});

test.each(['', '-x', '../x', 'a b', 'a\nb', 'x'.repeat(121)])('%j is no target name', (name) => {
  expect(targetName.safeParse(name).success).toBe(false);
});
