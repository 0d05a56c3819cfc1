// A published lecture whose video Drive does not let us move to its new day: it ends with a complaint, and with everything else done.
import { expect, it } from 'vitest';
import { runLecture } from './lecture-run.ts';

const complaint = 'The video stays in the folder of its former day on Drive.';

it('is incomplete with what is to do, uploads and attaches as ever, and clears up', async () => {
  const sent: object[] = [];
  const light = () => ({
    reserveUploads: async () => [
      { role: 'main' as const, fileId: 'id-main', folderId: 'folder', complaint },
      { role: 'backup' as const, fileId: 'id-backup', folderId: 'folder' },
    ],
  });
  const files = () => ({
    uploadLecture: async (upload: { role: string }) => {
      sent.push(upload);
      return { kind: 'drive', target: upload.role, state: 'done' } as const;
    },
  });
  await runLecture({ light, files }, async ({ handle, state }) => {
    expect(await handle.result()).toMatchObject({ state: 'incomplete', reason: complaint });
    expect(state.records.at(-1)).toMatchObject({ state: 'incomplete', reason: complaint, refused: [] });
    expect(state.calls).toEqual(expect.arrayContaining(['attach']));
    expect(state.calls.some((call) => call.startsWith('sweep'))).toBe(true);
    expect(state.news).toEqual(['ready']);
    for (const upload of sent) expect(upload).not.toHaveProperty('complaint');
  });
});
