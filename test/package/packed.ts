// The package as someone installs it: built, packed, unpacked below a node_modules where Node strips no types.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface PackedPackage {
  /** `node_modules/longtake` of the place where it is installed. */
  root: string;
  /** Paths in the package. */
  files: string[];
}

/** Builds into `dist/` of the checkout, as `npm run build` does, and unpacks what npm packs below `dir`. */
export async function installPacked(dir: string): Promise<PackedPackage> {
  const node = process.execPath;
  await rm(join(repository, 'dist'), { recursive: true, force: true });
  await run(
    node,
    [join(repository, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: repository,
    },
  );
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], {
    cwd: repository,
  });
  const [{ filename, files }] = JSON.parse(packed.stdout) as [
    { filename: string; files: { path: string }[] },
  ];
  await run('tar', ['-xzf', join(dir, filename), '-C', dir]);
  const modules = join(dir, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(repository, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(repository, 'node_modules', name), join(modules, name));
  const root = join(modules, 'longtake');
  await rename(join(dir, 'package'), root);
  return { root, files: files.map(({ path }) => path) };
}
