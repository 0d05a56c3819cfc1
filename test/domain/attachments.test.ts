// One file among the attachments of an event.
import { describe, expect, it } from 'vitest';
import {
  driveFileIn,
  mostAttachments,
  withAttachment,
  withoutAttachment,
} from '../../src/domain/attachments.ts';

const file = {
  fileId: 'f-1',
  url: 'https://drive.google.com/file/d/f-1/view?usp=drivesdk',
  title: 'Algebra.mp4',
  mimeType: 'video/mp4',
};
const ours = { fileUrl: file.url, title: file.title, mimeType: file.mimeType };
const notes = {
  fileId: 'n-1',
  fileUrl: 'https://docs.google.com/document/d/n-1/edit',
  title: 'Notes',
  iconLink: 'https://icons.test/n.png',
  later: 'a field that we do not know',
};
const link = { fileUrl: 'https://school.test/f-1', title: 'f-1' };
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ fileUrl: `https://school.test/${index}` }));

describe('a file', () => {
  it('is put behind what is there, which stays as it is', () => {
    expect(withAttachment([notes, link], file)).toEqual({
      kind: 'changed',
      attachments: [notes, link, ours],
    });
  });

  it.each([
    ['its id', { fileId: 'f-1', fileUrl: 'https://drive.google.com/open?id=f-1&usp=x', title: 'renamed' }],
    ['its address', { fileUrl: file.url }],
    ['another address of it', { fileUrl: 'https://drive.google.com/open?usp=x&id=f-1' }],
  ])('is known by %s', (_, attachment) => {
    expect(withAttachment([notes, attachment], file)).toEqual({ kind: 'already' });
    expect(withoutAttachment([attachment, notes], file)).toEqual({ kind: 'changed', attachments: [notes] });
  });

  it('put there twice stands there once', () => {
    const once = withAttachment([notes], file);
    expect(once.kind === 'changed' && withAttachment(once.attachments, file)).toEqual({ kind: 'already' });
  });

  it('is not another one whose id begins the same', () => {
    const other = { fileId: 'f-12', fileUrl: 'https://drive.google.com/file/d/f-12/view' };
    expect(withAttachment([other], file).kind).toBe('changed');
    expect(withoutAttachment([other, link], file)).toEqual({ kind: 'absent' });
  });

  it('finds room as long as Google keeps one more', () => {
    expect(withAttachment(many(mostAttachments - 1), file).kind).toBe('changed');
    expect(withAttachment(many(25), file)).toEqual({ kind: 'full', count: 25 });
    expect(withAttachment([...many(24), ours], file)).toEqual({ kind: 'already' });
  });

  it('is taken back each time that it stands there', () => {
    expect(withoutAttachment([ours, notes, { ...ours, fileId: 'f-1' }], file)).toEqual({
      kind: 'changed',
      attachments: [notes],
    });
  });
});

describe("Drive's id", () => {
  it.each([
    ['https://drive.google.com/file/d/a-B_1/view?usp=sharing', 'a-B_1'],
    ['https://drive.google.com/file/u/0/d/a1/view', 'a1'],
    ['https://drive.google.com/a/school.test/file/d/a1/view', 'a1'],
    ['https://drive.google.com/open?id=a1', 'a1'],
    ['https://drive.google.com/uc?export=download&id=a1', 'a1'],
    ['https://docs.google.com/document/d/a1/edit', 'a1'],
    ['https://drive.google.com/drive/folders/a1', undefined],
    ['https://evil.test/https://drive.google.com/file/d/a1', undefined],
    ['https://drive.google.com.evil.test/file/d/a1', undefined],
    ['', undefined],
  ])('in %j is %s', (url, id) => {
    expect(driveFileIn(url)).toBe(id);
  });
});
