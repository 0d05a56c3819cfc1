// What hangs on a post: files of Drive that the caller may share, and links, which become files when they lead to one.
import type { Call } from './call.ts';
import { denied, invalidArgument, precondition } from './classroom-errors.ts';
import { fileResource } from './drive-resource.ts';
import { roleOf } from './drive-access.ts';
import { isObject, listAt, textAt, type Json } from './json.ts';

const mostMaterials = 20;
const mostUrlCharacters = 2024;

/** `https://drive.google.com/file/d/<id>/view` or `…/open?id=<id>`. */
const fileIdIn = (url: string): string | undefined =>
  /^https:\/\/drive\.google\.com\/(?:file\/d\/|open\?id=|drive\/folders\/)([\w-]+)/.exec(url)?.[1];

function driveFile(call: Call, fileId: string): Json | undefined {
  const item = call.world.drive.find(fileId);
  if (item === undefined || roleOf(call.world, item, call.caller.email) === undefined) return undefined;
  const { name, webViewLink } = fileResource(call, item);
  return { id: fileId, title: name, alternateLink: webViewLink };
}

function sharedFile(call: Call, shared: Json): Json {
  const fileId = textAt(shared.driveFile, 'id');
  if (fileId === undefined) throw invalidArgument('Missing Drive file ID.');
  const file = driveFile(call, fileId);
  if (file === undefined)
    throw precondition('AttachmentNotVisible', 'One or more attachments are not visible to the user.');
  const role = roleOf(call.world, call.world.drive.find(fileId)!, call.caller.email);
  if (role === 'reader' || role === 'commenter') throw denied();
  const shareMode = textAt(shared, 'shareMode') ?? 'VIEW';
  if (shareMode === 'STUDENT_COPY') throw invalidArgument('Share mode STUDENT_COPY is for course work only.');
  return { driveFile: { driveFile: file, shareMode } };
}

function linked(call: Call, link: Json): Json {
  const url = textAt(link, 'url');
  if (url === undefined || !/^https?:\/\//.test(url) || url.length > mostUrlCharacters)
    throw invalidArgument('Invalid link URL.');
  const fileId = fileIdIn(url);
  const file = fileId === undefined ? undefined : driveFile(call, fileId);
  return file === undefined
    ? { link: { url, title: textAt(link, 'title') ?? url } }
    : { driveFile: { driveFile: file, shareMode: 'VIEW' } };
}

/** Materials as they are stored; refuses what Classroom refuses. */
export function materialsOf(call: Call): Json[] {
  const given = listAt(call.body, 'materials');
  if (given.length > mostMaterials) throw invalidArgument(`A post has at most ${mostMaterials} materials.`);
  return given.map((material) => {
    const kinds = isObject(material) ? Object.keys(material) : [];
    const [kind] = kinds;
    if (!isObject(material) || kind === undefined || kinds.length > 1)
      throw invalidArgument('A material has exactly one kind of content.');
    const content = material[kind];
    if (!isObject(content)) throw invalidArgument('A material has exactly one kind of content.');
    if (kind === 'driveFile') return sharedFile(call, content);
    if (kind === 'link') return linked(call, content);
    return material;
  });
}

/** True when the material is this file of Drive. */
export const isFile = (material: unknown, fileId: string): boolean =>
  isObject(material) && isObject(material.driveFile) && textAt(material.driveFile.driveFile, 'id') === fileId;

/** True when the material is this link. */
export const isLink = (material: unknown, url: string): boolean =>
  isObject(material) && textAt(material.link, 'url') === url;
