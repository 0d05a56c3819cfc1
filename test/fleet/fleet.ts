// Starts services of docker-compose.yml without containers, in the order and with the health checks that the file says.
import { readFileSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../src/domain/fault.ts';
import { startServerProcess, type ServerProcess } from '../../src/embedded/server-process.ts';
import type { Run } from '../../src/process/run-spec.ts';
import { startPostgres, type TestPostgres } from '../setup/postgres.ts';
import { containerPorts, readComposeFile, type ComposeFile } from './compose-file.ts';
import { ownPorts, type Image } from './images.ts';
import { lowPorts } from './low-ports.ts';
import { mountsOf, serviceOf, Translator, type Place } from './translate.ts';

export interface FleetSpec {
  run: Run;
  images: Readonly<Record<string, Image>>;
  /** Directory with the programs of the images, for PATH. */
  programs: string;
  dir: string;
  secretsDir: string;
  /** Added to the environment of a service: short times, so that a test sees in seconds what takes minutes. */
  more?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Prepared {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** How long a start may take on a busy machine; a container would get what its health check says. */
const startSeconds = 240;
/** How long a command may take, a plan that is waited for included. */
const commandSeconds = 150;
const healthPauseMs = 300;

/** One machine of the fleet: its own volumes, its own value of LONGTAKE_HOST. */
export interface Machine {
  host: string;
  place: Place;
}

export class Fleet {
  readonly spec: FleetSpec;
  readonly #ports: Map<number, { owner: string; local: number }>;
  readonly #running = new Map<string, ServerProcess>();
  readonly #started = new Map<string, Promise<void>>();
  #postgres: TestPostgres | undefined;

  private constructor(spec: FleetSpec, ports: Map<number, { owner: string; local: number }>) {
    this.spec = spec;
    this.#ports = ports;
  }

  static async prepare(spec: FleetSpec): Promise<Fleet> {
    const wanted = containerPorts(readComposeFile());
    const free = await lowPorts(wanted.length);
    const ports = wanted.map(({ owner, port }, index) => [port, { owner, local: free[index]! }] as const);
    return new Fleet(spec, new Map(ports));
  }

  /** `127.0.0.1:port` where the container port is reached here. */
  addressOf(containerPort: number): string {
    return `127.0.0.1:${this.#ports.get(containerPort)!.local}`;
  }

  /** The address in the catalog's secret names the database by its service; a machine of a fleet gets a copy for where it stands. */
  async useSecretsHere(): Promise<void> {
    const path = join(this.spec.secretsDir, 'catalog_url');
    const url = await readFile(path, 'utf8');
    if (!url.includes('@postgres:5432/'))
      throw new Error('the secret catalog_url does not name postgres:5432');
    await writeFile(path, url.replace('postgres:5432', this.addressOf(5432)), { mode: 0o600 });
  }

  /** A running server of the file. */
  serverOf({ host }: Machine, name: string): ServerProcess {
    const server = this.#running.get(`${name} on ${host}`);
    if (!server) throw new Error(`${name} was not started`);
    return server;
  }

  machine(host: string): Machine {
    const uid = String(process.getuid?.() ?? 1000);
    const gid = String(process.getgid?.() ?? 1000);
    const file = readComposeFile({ LONGTAKE_HOST: host, LONGTAKE_UID: uid, LONGTAKE_GID: gid });
    const { secretsDir, dir } = this.spec;
    return { host, place: { file, ports: this.#ports, secretsDir, volumesDir: join(dir, host) } };
  }

  /** Starts a service once what it depends on is as far as the file wants it. Services of one machine start once. */
  start(machine: Machine, name: string): Promise<void> {
    const known = this.#started.get(name);
    if (known) return known;
    const starting = this.#startAfterOthers(machine, name);
    this.#started.set(name, starting);
    return starting;
  }

  async #startAfterOthers(machine: Machine, name: string): Promise<void> {
    const { file } = machine.place;
    const service = serviceOf(file, name);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      await this.start(machine, other);
      if (condition === 'service_healthy' && !serviceOf(file, other).healthcheck)
        throw new Error(`${name} waits for the health of ${other}, which has no health check`);
    }
    if (name === 'postgres') await this.#startPostgres(machine);
    else if (isJob(file, name)) await this.runJob(machine, name);
    else await this.startServer(machine, name);
  }

  /** Runs a service that ends, to its success; logs what it said. */
  async runJob(machine: Machine, name: string): Promise<string[]> {
    const prepared = await this.#prepare(machine, name);
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const end = await this.spec.run({
      ...prepared,
      signal: AbortSignal.timeout(startSeconds * 1000),
      onStdoutLine: note,
      onStderrLine: note,
    });
    if (end.exitCode !== 0) throw new Error(`${name} ended with ${end.exitCode}:\n${lines.join('\n')}`);
    return lines;
  }

  /** Starts a service that stays, and returns when its health check passes. */
  async startServer(machine: Machine, name: string): Promise<ServerProcess> {
    const prepared = await this.#prepare(machine, name);
    const server = await startServerProcess({
      ...prepared,
      run: this.spec.run,
      label: `${name} on ${machine.host}`,
      logFile: join(this.spec.dir, 'logs', `${name}-${machine.host}.log`),
      isReady: () => this.isHealthy(machine, name),
      startSeconds,
    }).catch((error: unknown): never => {
      const tail = error instanceof Fault ? (error.details['stderrTail'] as string[]) : [];
      throw new Error(`${name} on ${machine.host} did not start:\n${tail.join('\n')}`, { cause: error });
    });
    this.#running.set(`${name} on ${machine.host}`, server);
    return server;
  }

  /** Asks the health check of a service once. */
  async isHealthy(machine: Machine, name: string): Promise<boolean> {
    const { healthcheck } = serviceOf(machine.place.file, name);
    if (!healthcheck) throw new Error(`${name} has no health check`);
    const [form, ...words] = healthcheck.test;
    const translator = this.#translator(machine, name);
    const argv =
      form === 'CMD'
        ? words.map((word) => translator.argument(word))
        : ['/bin/sh', '-c', translator.shellLine(words[0]!)];
    const { env, cwd } = await this.#prepare(machine, name);
    const end = await this.spec.run({
      command: argv[0]!,
      args: argv.slice(1),
      env,
      cwd,
      signal: AbortSignal.timeout(60_000),
    });
    if (end.exitCode !== 0) await delay(healthPauseMs);
    return end.exitCode === 0;
  }

  /** `docker compose run --rm <service> <args>`: another command in the container of a service; stdout as lines. */
  runIn(
    machine: Machine,
    { service, args, allowedExits = [0] }: { service: string; args: string[]; allowedExits?: number[] },
  ): Promise<string[]> {
    return this.#prepare(machine, service, args).then((prepared) => this.#runOnce(prepared, allowedExits));
  }

  /** `docker compose run --rm --entrypoint <program> <service> <args>`; stdout as lines. */
  async runProgram(
    machine: Machine,
    { service, argv }: { service: string; argv: [string, ...string[]] },
  ): Promise<string[]> {
    const [command, ...args] = argv;
    return this.#runOnce({ ...(await this.#prepare(machine, service)), command, args }, [0]);
  }

  async #runOnce(prepared: Prepared, allowedExits: number[]): Promise<string[]> {
    const lines: string[] = [];
    const end = await this.spec.run({
      ...prepared,
      signal: AbortSignal.timeout(commandSeconds * 1000),
      onStdoutLine: (line) => void lines.push(line),
    });
    if (end.exitCode === null || !allowedExits.includes(end.exitCode))
      throw new Error(
        `${end.argv.join(' ')} ended with ${end.exitCode}:\n${[...lines, ...end.stderrTail].join('\n')}`,
      );
    return lines;
  }

  /** What workers complained about, each once with its count: the logs go away with the test. */
  async complaints(): Promise<string> {
    const dir = join(this.spec.dir, 'logs');
    const counts = new Map<string, number>();
    for (const name of (await readdir(dir)).filter((file) => file.startsWith('worker')))
      for (const line of (await readFile(join(dir, name), 'utf8')).split('\n'))
        if (/Failure: |Error: |error: /.test(line)) {
          const text = `${name}: ${line.trim().slice(0, 400)}`;
          counts.set(text, (counts.get(text) ?? 0) + 1);
        }
    return [...counts].map(([text, count]) => `${count} × ${text}`).join('\n');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].toReversed().map((server) => server.stop()));
    await this.#postgres?.stop();
  }

  /** Where a path of a container lies here. */
  pathIn(machine: Machine, { service, path }: { service: string; path: string }): string {
    return this.#translator(machine, service).argument(path);
  }

  /** The image's entry point makes the cluster; here test/setup/postgres.ts does, with the same user, secret and settings. */
  async #startPostgres(machine: Machine): Promise<void> {
    const { place } = machine;
    const { environment = {}, command = [] } = serviceOf(place.file, 'postgres');
    const secret = this.#translator(machine, 'postgres').argument(environment['POSTGRES_PASSWORD_FILE']!);
    this.#postgres = await startPostgres({
      user: environment['POSTGRES_USER']!,
      password: readFileSync(secret, 'utf8'),
      settings: command.filter((word) => word.includes('=')),
      port: this.#ports.get(5432)!.local,
    });
    if (!(await this.isHealthy(machine, 'postgres'))) throw new Error('postgres is not healthy');
  }

  #translator(machine: Machine, name: string): Translator {
    return new Translator(machine.place, name, this.#imageOf(machine, name).paths);
  }

  #imageOf({ place }: Machine, name: string): Image {
    const { image } = serviceOf(place.file, name);
    const known = this.spec.images[image.slice(0, image.lastIndexOf(':'))];
    if (!known) throw new Error(`${name}: the image ${image} is not known here`);
    return known;
  }

  async #prepare(machine: Machine, name: string, instead?: readonly string[]): Promise<Prepared> {
    const service = serviceOf(machine.place.file, name);
    const image = this.#imageOf(machine, name);
    const translator = this.#translator(machine, name);
    for (const { source } of mountsOf(machine.place, name, {}).filter(({ source }) =>
      source.startsWith(machine.place.volumesDir),
    ))
      await mkdir(source, { recursive: true });
    const words = [...(service.entrypoint ?? image.entrypoint), ...(instead ?? service.command ?? [])];
    const argv = words.map((word) => translator.argument(word));
    return {
      command: argv[0]!,
      args: argv.slice(1),
      env: {
        PATH: `${this.spec.programs}:${process.env['PATH'] ?? ''}`,
        ...translator.environment(image.environment),
        ...translator.environment(service.environment ?? {}),
        ...(await this.#ownPorts(name)),
        ...this.spec.more?.[name],
      },
      cwd: this.spec.dir,
    };
  }

  async #ownPorts(name: string): Promise<Record<string, string>> {
    const variables = ownPorts.find(({ service }) => service === name)?.variables ?? [];
    const ports = await lowPorts(variables.length);
    const named = variables.map((variable, index) => [variable, String(ports[index])]);
    return named.length === 0
      ? {}
      : { ...Object.fromEntries(named), TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1' };
  }
}

/** Somebody waits for its successful end. */
const isJob = ({ services }: ComposeFile, name: string): boolean =>
  Object.values(services).some(
    ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
  );
