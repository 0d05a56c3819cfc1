// Archives in folders of Google Drive, as recorders fill them: by name in the folder, its folder of the date, or that one's of the hour.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { localParts } from '../../domain/calendar.ts';
import { Fault, isFault } from '../../domain/fault.ts';
import { percentDecode } from '../../domain/percent.ts';
import { segmentRange } from '../../domain/segment.ts';
import type { Drive, DriveFile } from '../../google/drive-types.ts';
import { archiveAddress } from './archive-url.ts';
import type { Fetched, FetchRequest } from './fetched.ts';
import type { PlanDeps } from './plan-deps.ts';

export async function fetchFromDrive(
  deps: Pick<PlanDeps, 'catalog' | 'drive'>,
  request: FetchRequest,
): Promise<Fetched> {
  const { drive } = deps;
  if (!drive)
    throw new Fault(
      'AuthRejected',
      `Camera ${request.camera.id} has its archive in Google Drive, and this worker has no account there: set google.credentialsFile, google.tokenFile or google.useDefaultCredentials.`,
    );
  const { url } = await archiveAddress(deps, request);
  const { folderId, name } = driveArchive(url);
  try {
    const file = await findRecorded(drive, { request, folderId, name });
    if (!file) return { kind: 'none', reason: `The Drive folder ${folderId} holds no ${name}.` };
    // By id: a partial of another file of the same name is never gone on with.
    const path = join(request.partialDir, file.id);
    const fromBytes = (await stat(path).catch(() => undefined))?.size ?? 0;
    const { signal, onBytes } = request;
    const facts = await drive.download({ fileId: file.id, path, fromBytes, signal, onBytes });
    return { kind: 'file', path, complete: true, facts };
  } catch (error) {
    if (isFault(error, 'GonePermanently')) return { kind: 'none', reason: error.message };
    throw error;
  }
}

const addressForm =
  /^https:\/\/drive\.google\.com\/drive\/(?:u\/\d+\/)?folders\/([A-Za-z0-9_-]{5,120})\?(?:[^#]*&)?name=([^&#]+)/;

/** `https://drive.google.com/drive/folders/<id>?name=<file>` in parts. @throws Fault InputInvalid */
export function driveArchive(url: string): { folderId: string; name: string } {
  const [, folderId, encoded] = addressForm.exec(url) ?? [];
  const name = percentDecode(encoded ?? '');
  if (folderId === undefined || !name)
    throw new Fault(
      'InputInvalid',
      `A Drive archive has the form https://drive.google.com/drive/folders/<folder>?name=<template of names>, not ${url}.`,
    );
  return { folderId, name };
}

/** Recorders made a new folder of the date or hour whenever they were asked: each of that name is looked into. */
async function findRecorded(
  drive: Drive,
  { request, folderId, name }: { request: FetchRequest; folderId: string; name: string },
): Promise<DriveFile | undefined> {
  const { camera, key } = request;
  const { date, hh, mm } = localParts(segmentRange(key).startMs, camera.timeZone);
  let level = [folderId];
  for (const below of [date, `${hh}:${mm}`, undefined]) {
    const files = await eachIn(level, (id) => drive.findFile({ folderId: id, name }));
    request.onBytes(0);
    const found = files.filter((file) => file !== undefined);
    if (found.length > 0) return found.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
    if (below === undefined) return undefined;
    const folders = await eachIn(level, (parentId) => drive.findFolders({ parentId, name: below }));
    level = folders.flat().map(({ id }) => id);
  }
  return undefined;
}

/** One after the other: a day's segments are looked for at the same time already. */
async function eachIn<T>(ids: readonly string[], ask: (id: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const id of ids) answers.push(await ask(id));
  return answers;
}
