// Reads a systemd unit file strictly: what is not known here is a problem, where systemd itself would only warn and go on without it.

export interface UnitEntry {
  section: string;
  key: string;
  value: string;
}

const yesOrNo = /^(?:yes|no)$/;
const wholeSeconds = /^\d+$/;
const targets = /^[\w@.-]+\.(?:target|service)(?: [\w@.-]+\.(?:target|service))*$/;
const absolutePath = /^\/[\w./-]+$/;
const octal = /^0[0-7]{3}$/;

/** Every key that our units use, and what it may hold (systemd.unit, systemd.service, systemd.exec of version 252). */
const known: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  Unit: {
    Description: /^\S.*$/,
    After: targets,
    Before: targets,
    Wants: targets,
    StartLimitIntervalSec: wholeSeconds,
  },
  Service: {
    Type: /^(?:simple|exec)$/,
    User: /^[a-z][a-z0-9-]*$/,
    EnvironmentFile: absolutePath,
    Environment: /^[A-Z_]+=\S*$/,
    StateDirectory: /^[\w-]+(?:\/[\w-]+)*$/,
    StateDirectoryMode: octal,
    ReadWritePaths: /^-?\/[\w./-]+$/,
    ExecStart: /^\/\S+(?: \S+)*$/,
    KillMode: /^(?:mixed|control-group)$/,
    TimeoutStopSec: wholeSeconds,
    Restart: /^on-failure$/,
    RestartSec: wholeSeconds,
    StandardOutput: /^journal$/,
    StandardError: /^journal$/,
    SyslogIdentifier: /^[a-z-]+$/,
    LimitNOFILE: /^\d+$/,
    TasksMax: /^\d+$/,
    CapabilityBoundingSet: /^$/,
    ProtectSystem: /^(?:full|strict)$/,
    ProtectProc: /^(?:invisible|noaccess)$/,
    RestrictAddressFamilies: /^AF_[A-Z0-9]+(?: AF_[A-Z0-9]+)*$/,
    SystemCallArchitectures: /^native$/,
    UMask: octal,
    ...Object.fromEntries(
      [
        ...['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'ProtectClock', 'RemoveIPC'],
        ...['ProtectControlGroups', 'ProtectHostname', 'ProtectKernelLogs', 'ProtectKernelModules'],
        ...['ProtectKernelTunables', 'LockPersonality', 'RestrictRealtime', 'RestrictSUIDSGID'],
      ].map((key) => [key, yesOrNo]),
    ),
  },
  Install: { WantedBy: targets },
};

const mayRepeat = new Set(['Environment', 'ReadWritePaths']);

export interface ReadUnit {
  entries: UnitEntry[];
  /** With their line numbers. */
  problems: string[];
}

export function readUnit(text: string): ReadUnit {
  const read: ReadUnit = { entries: [], problems: [] };
  let section = '';
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const problem = (what: string): void => void read.problems.push(`line ${index + 1}: ${what}`);
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    if (heading) {
      if (!(heading in known)) problem(`unknown section ${heading}`);
      section = heading;
      return;
    }
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    const shape = known[section]?.[key];
    if (!shape) return problem(`unknown key ${key || line} in ${section || 'no section'}`);
    if (!shape.test(value)) problem(`${key} cannot be ${JSON.stringify(value)}`);
    const isAgain = read.entries.some((entry) => entry.section === section && entry.key === key);
    if (isAgain && !mayRepeat.has(key)) problem(`${key} stands twice`);
    read.entries.push({ section, key, value });
  });
  return read;
}
