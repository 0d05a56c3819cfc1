// One file among the attachments of an event: added once, taken back, and nobody else's touched.

/** Google's attachment of an event; fields we do not know are kept as they are. */
export interface EventAttachment {
  /** Absent where the file is not Drive's. */
  fileId?: string | null;
  fileUrl?: string | null;
  title?: string | null;
  mimeType?: string | null;
  iconLink?: string | null;
}

/** The file by which an attachment is known. */
export interface AttachedFile {
  /** Drive's id */
  fileId: string;
  url: string;
}

/** Google's limit for one event. */
export const mostAttachments = 25;

/** `full`: there is no room for one more. */
export type AttachmentsWith =
  { kind: 'already' } | { kind: 'full'; count: number } | { kind: 'changed'; attachments: EventAttachment[] };

export type AttachmentsWithout = { kind: 'absent' } | { kind: 'changed'; attachments: EventAttachment[] };

/** The attachments with the file at their end, others untouched and in their order; `already` when it is among them. */
export function withAttachment(
  attachments: readonly EventAttachment[],
  file: AttachedFile & { title: string; mimeType: string },
): AttachmentsWith {
  if (attachments.some((attachment) => isOf(attachment, file))) return { kind: 'already' };
  if (attachments.length >= mostAttachments) return { kind: 'full', count: attachments.length };
  const { url, title, mimeType } = file;
  return { kind: 'changed', attachments: [...attachments, { fileUrl: url, title, mimeType }] };
}

/** The attachments without the file, each time that it stands there. */
export function withoutAttachment(
  attachments: readonly EventAttachment[],
  file: AttachedFile,
): AttachmentsWithout {
  const left = attachments.filter((attachment) => !isOf(attachment, file));
  return left.length === attachments.length ? { kind: 'absent' } : { kind: 'changed', attachments: left };
}

function isOf({ fileId, fileUrl }: EventAttachment, file: AttachedFile): boolean {
  if (fileId) return fileId === file.fileId;
  return fileUrl === file.url || (fileUrl ? driveFileIn(fileUrl) === file.fileId : false);
}

/** Drive's id in the address of a file, in any form that Google hands out; undefined for other addresses. */
export const driveFileIn = (url: string): string | undefined =>
  /^https:\/\/(?:drive|docs)\.google\.com\/(?:a\/[^/?#]+\/)?(?:[a-z]+\/(?:u\/\d+\/)?d\/|(?:open|uc)\?(?:[^#]*&)?id=)([\w-]+)/.exec(
    url,
  )?.[1];
