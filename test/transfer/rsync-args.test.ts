import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { assertRelativeFiles, assertTarget, type RsyncTarget } from '../../src/transfer/export-target.ts';
import { filesFromList, rsyncSendArgs, rsyncVerifyArgs, sshCommand } from '../../src/transfer/rsync-args.ts';

const target: RsyncTarget = {
  kind: 'rsync',
  host: 'store.example.org',
  port: 2222,
  user: 'archive',
  path: '/srv/video',
  identityFile: '/etc/longtake/id_ed25519',
  knownHostsFile: '/etc/longtake/known_hosts',
};
const spec = { target, rootDir: '/media/merged', sshPath: '/usr/bin/ssh', timeoutSeconds: 60 };

const faultTypeOf = (work: () => void) => {
  try {
    work();
  } catch (error) {
    return isFault(error) ? error.type : String(error);
  }
  return 'accepted';
};

describe('the arguments of rsync', () => {
  test('a send keeps partial files out of sight and takes names from stdin', () => {
    const args = rsyncSendArgs({ ...spec, target: { ...target, bwlimitKbps: 500 } });
    expect(args).toContain('--partial-dir=.rsync-partial');
    expect(args).toContain('--files-from=-');
    expect(args).toContain('--from0');
    expect(args).toContain('--bwlimit=500');
    expect(args).not.toContain('--delay-updates');
    expect(args.slice(-3)).toEqual(['--', '/media/merged/', 'archive@store.example.org:/srv/video/']);
  });

  test('a verification changes nothing and compares what was asked', () => {
    const args = rsyncVerifyArgs({ ...spec, mode: 'checksum' });
    expect(args).toEqual(expect.arrayContaining(['--dry-run', '--itemize-changes', '--checksum']));
    expect(rsyncVerifyArgs({ ...spec, mode: 'size' })).toContain('--size-only');
  });

  test('ssh reads no configuration, asks nothing and trusts the pinned key alone', () => {
    const rsh = sshCommand(target, '/usr/bin/ssh');
    expect(rsh).toMatch(/^\/usr\/bin\/ssh -F none -T -p 2222 -i \/etc\/longtake\/id_ed25519 /);
    for (const option of [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      'UserKnownHostsFile=/etc/longtake/known_hosts',
      'GlobalKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
    ])
      expect(rsh.split(' ')).toContain(`-o${option}`);
  });

  test('an IPv6 host stands in brackets', () => {
    const args = rsyncSendArgs({ ...spec, target: { ...target, host: '2001:db8::7' } });
    expect(args.at(-1)).toBe('archive@[2001:db8::7]:/srv/video/');
  });

  test('names are listed as plain paths, each ended by NUL', () => {
    expect(filesFromList(['-rf', '#x', 'a b/c'])).toBe('./-rf\0./#x\0./a b/c\0');
  });
});

describe('the grammar of targets', () => {
  test.each([
    ['host', '-oProxyCommand=touch'],
    ['host', 'a b'],
    ['host', 'a;b'],
    ['host', 'host:evil'],
    ['host', '$(id)'],
    ['host', 'user@host'],
    ['host', ''],
    ['user', '-l'],
    ['user', 'a b'],
    ['user', "a'b"],
    ['user', 'a@b'],
    ['path', 'relative'],
    ['path', '/a/../b'],
    ['path', '/a\nb'],
    ['path', '/a\0b'],
    ['identityFile', '/a b'],
    ['identityFile', "/a'"],
    ['identityFile', '/%d/key'],
    ['identityFile', '~/key'],
    ['knownHostsFile', '/a -oProxyCommand=x'],
  ])('refuses the %s %j', (field, value) => {
    const hostile = { ...target, [field]: value };
    expect(faultTypeOf(() => assertTarget(hostile))).toBe('InputInvalid');
    expect(faultTypeOf(() => rsyncSendArgs({ ...spec, target: hostile }))).toBe('InputInvalid');
  });

  test.each([0, 65_536, 1.5, Number.NaN])('refuses the port %d', (port) => {
    expect(faultTypeOf(() => assertTarget({ ...target, port }))).toBe('InputInvalid');
  });

  test.each(['h', '10.0.0.7', '::1', 'fe80::1', 'a-b.c'])('accepts the host %s', (host) => {
    expect(faultTypeOf(() => assertTarget({ ...target, host }))).toBe('accepted');
  });

  test.each(['../a', 'a/../../b', '/etc/passwd', 'a\0b', '', '..', 'dir/'])(
    'refuses the file name %j',
    (file) => {
      expect(faultTypeOf(() => assertRelativeFiles(['fine.mp4', file]))).toBe('UnsafeName');
    },
  );

  test.each(['..a', 'a..b/c', "it's", '-rf', 'день/файл.mp4'])('accepts the file name %j', (file) => {
    expect(faultTypeOf(() => assertRelativeFiles([file]))).toBe('accepted');
  });
});

test('no target, whatever its fields hold, adds a word to the ssh command or an option to rsync', () => {
  const words = sshCommand(target, '/usr/bin/ssh').split(' ').length;
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          '-',
          'o',
          'ProxyCommand=touch',
          ' ',
          "'",
          '"',
          '%h',
          '/',
          'a',
          '$(id)',
          '\n',
          '@',
          ':',
          '..',
        ),
      )
      .map((parts) => parts.join('')),
    fc.constantFrom('/srv/keys/id_ed25519', 'store.example.org', 'archive', '2001:db8::1'),
  );
  const fields = fc.record({ host: hostile, user: hostile, path: hostile, identityFile: hostile });
  fc.assert(
    fc.property(fields, (changed) => {
      const spread = { ...target, ...changed };
      if (faultTypeOf(() => assertTarget(spread)) !== 'accepted') return;
      const args = rsyncSendArgs({ ...spec, target: spread });
      const rsh = args.find((arg) => arg.startsWith('--rsh=')) ?? '';
      expect(rsh.split(/\s/)).toHaveLength(words);
      expect(rsh).not.toMatch(/['"\\$`%]/);
      expect(args.indexOf('--')).toBe(args.length - 3);
    }),
    { numRuns: 2000 },
  );
});
