// What the images of docker-compose.yml bring along: programs, files, entry points. The programs are the same versions, built or found here.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetServerDir } from '../../bootstrap/fleet-servers.js';
import { testServer } from '../setup/test-tools.ts';
import type { ImageLayout } from './dockerfile.ts';
import type { ImagePaths } from './translate.ts';

export interface Image {
  /** Paths inside the image that the file relies on. */
  paths: ImagePaths;
  entrypoint: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** Added to a service because all containers of the test share one network: ports that a container has for itself. */
export type OwnPorts = readonly { service: string; variables: readonly string[] }[];

export const ownPorts: OwnPorts = [
  {
    service: 'temporal',
    variables: [
      ...['FRONTEND_MEMBERSHIP_PORT', 'FRONTEND_HTTP_PORT', 'HISTORY_GRPC_PORT', 'HISTORY_MEMBERSHIP_PORT'],
      ...['MATCHING_GRPC_PORT', 'MATCHING_MEMBERSHIP_PORT', 'WORKER_GRPC_PORT', 'WORKER_MEMBERSHIP_PORT'],
    ],
  },
];

/** `nc -z` and `wget -q -O` of the images, which this machine may lack. */
const busybox = `#!/usr/bin/env node
const { connect } = require('node:net');
const [, name, ...args] = process.argv;
if (name.endsWith('nc')) {
  const socket = connect({ host: args[1], port: Number(args[2]) });
  socket.on('connect', () => process.exit(0)).on('error', () => process.exit(1));
} else fetch(args.at(-1)).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1));
`;

/** Makes a directory for PATH with every program that scripts and health checks name. */
export async function makePrograms(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const server = fleetServerDir('temporal-server', process.env);
  await symlink(join(server, 'temporal-server'), join(dir, 'temporal-server'));
  await symlink(join(server, 'temporal-sql-tool'), join(dir, 'temporal-sql-tool'));
  await symlink(await testServer('temporal'), join(dir, 'temporal'));
  await symlink(process.execPath, join(dir, 'node'));
  for (const name of ['nc', 'wget']) {
    await writeFile(join(dir, name), busybox);
    await chmod(join(dir, name), 0o755);
  }
  return dir;
}

/** By the name of the image without its tag. */
export async function knownImages(longtake: ImageLayout): Promise<Readonly<Record<string, Image>>> {
  const plain = { paths: {}, entrypoint: [], environment: {} };
  const server = fleetServerDir('temporal-server', process.env);
  const ui = fleetServerDir('temporal-ui', process.env);
  return {
    postgres: plain,
    'temporalio/server': plain,
    'temporalio/admin-tools': { ...plain, paths: { '/etc/temporal/schema': join(server, 'schema') } },
    'temporalio/ui': {
      ...plain,
      paths: { '/home/ui-server': ui },
      entrypoint: ['/home/ui-server/ui-server', '--root', '/home/ui-server', '--env', 'docker', 'start'],
    },
    'bluenviron/mediamtx': { ...plain, paths: { '/mediamtx': await testServer('mediamtx') } },
    longtake: {
      paths: { '/app': longtake.appDir },
      entrypoint: longtake.entrypoint,
      environment: longtake.environment,
    },
  };
}
