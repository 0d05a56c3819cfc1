// Longtake's own version, as package.json names it; from sources and from dist alike.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const longtakeVersion: string = manifest.version;
