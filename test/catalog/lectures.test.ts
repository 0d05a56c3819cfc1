// Lectures and what was published of them in the catalog.
import { expect, test } from 'vitest';
import { forEachDatabase } from './databases.ts';
import { event, hourMs, newLecture } from './lecture-rows.ts';

forEachDatabase(({ open, newOptions }) => {
  test('a lecture comes back as it was asked for, pending, to a later connection too', async () => {
    const options = await newOptions();
    const asked = newLecture('l1', { event: event('e1') });
    const { row, joined } = await (await open(options)).lectures.add(asked);
    expect(joined).toBe(false);
    expect(row).toMatchObject({ ...asked, state: 'pending', outcome: {}, revision: 1 });
    expect(row).not.toHaveProperty('reason');
    const { lectures } = await open(options);
    expect(await lectures.require('l1')).toEqual(row);
    expect(await lectures.findByEvent(event('e1'))).toEqual(row);
    expect(await lectures.get('l2')).toBeUndefined();
    expect(await lectures.findByEvent(event('e2'))).toBeUndefined();
    await expect(lectures.require('l2')).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringContaining('longtake lecture list') as string,
    });
  });

  test('a second request joins by its id, by its event before its times, and by room and times', async () => {
    const { lectures } = await open();
    await lectures.add(newLecture('with-event', { event: event('e1') }));
    const later = { startMs: newLecture('').startMs + hourMs };
    await lectures.add(newLecture('later', later));
    const joinedId = async (lecture: Parameters<typeof lectures.add>[0]) => {
      const { row, joined } = await lectures.add(lecture);
      return joined && row.id;
    };
    expect(await joinedId(newLecture('with-event', { startMs: 0 }))).toBe('with-event');
    expect(await joinedId(newLecture('x', { event: event('e1'), ...later }))).toBe('with-event');
    expect(await joinedId(newLecture('x', { event: event('e2') }))).toBe('with-event');
    expect(await joinedId(newLecture('x', later))).toBe('later');
    expect(await joinedId(newLecture('other-room', { roomId: '505' }))).toBe(false);
    expect(await joinedId(newLecture('overlapping', { endMs: newLecture('').endMs + 1 }))).toBe(false);
    const strange = lectures.add(newLecture('other-room', { roomId: '506' }));
    await expect(strange).rejects.toMatchObject({ type: 'InputInvalid' });
    expect((await lectures.list({})).map(({ id }) => id)).toEqual([
      'later',
      'other-room',
      'overlapping',
      'with-event',
    ]);
  });

  test('a lecture without an event takes the one that a second request names, once, and keeps it', async () => {
    const { lectures } = await open();
    const { row } = await lectures.add(newLecture('l1'));
    const taken = await lectures.add(newLecture('x', { event: event('e1') }));
    expect(taken).toMatchObject({ joined: true, tookEvent: true, row: { id: 'l1', event: event('e1') } });
    expect(taken.row.revision).toBe(row.revision + 1);
    for (const asked of [event('e1'), event('e2')]) {
      const again = await lectures.add(newLecture('x', { event: asked }));
      expect(again).toMatchObject({ joined: true, tookEvent: false, row: { id: 'l1', event: event('e1') } });
    }
    expect(await lectures.findByEvent(event('e2'))).toBeUndefined();
    expect(await lectures.findByEvent(event('e1'))).toMatchObject({ id: 'l1', revision: taken.row.revision });
  });

  test('a cancelled lecture does not stand in the way, and cannot come back into the place of another', async () => {
    const { lectures } = await open();
    for (const id of ['first', 'second'])
      await lectures
        .add(newLecture(id, { event: event('e1') }))
        .then(({ joined }) => expect(joined).toBe(false))
        .then(() => lectures.record(id, { state: 'cancelled', reason: 'by a person' }));
    expect((await lectures.findByEvent(event('e1')))?.state).toBe('cancelled');
    const { joined } = await lectures.add(newLecture('third', { event: event('e1') }));
    expect(joined).toBe(false);
    expect((await lectures.findByEvent(event('e1')))?.id).toBe('third');
    await expect(lectures.record('first', { state: 'pending' })).rejects.toMatchObject({
      type: 'InputInvalid',
    });
    expect(await lectures.require('first')).toMatchObject({ state: 'cancelled', reason: 'by a person' });
    await lectures.record('third', { state: 'cancelled' });
    await lectures.record('first', { state: 'pending' });
  });

  test('times and spec change with a growing revision, and the same again changes nothing', async () => {
    const { lectures } = await open();
    const { row } = await lectures.add(newLecture('l1'));
    const spec = { ...row.spec, name: 'Ряды', right: 'board' as const };
    expect(await lectures.change('l1', { startMs: row.startMs + 1, spec })).toMatchObject({
      startMs: row.startMs + 1,
      endMs: row.endMs,
      spec,
      revision: 2,
    });
    expect((await lectures.change('l1', { startMs: row.startMs + 1, spec })).revision).toBe(2);
    expect((await lectures.change('l1', {})).revision).toBe(2);
    await expect(lectures.change('none', {})).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('a change into the times of another lecture, or to an end before the start, is refused and changes nothing', async () => {
    const { lectures } = await open();
    const { row } = await lectures.add(newLecture('l1'));
    await lectures.add(newLecture('l2', { endMs: row.endMs + hourMs }));
    const taken = lectures.change('l2', { endMs: row.endMs });
    await expect(taken).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringContaining('another lecture') as string,
    });
    await expect(lectures.change('l2', { startMs: row.endMs + hourMs })).rejects.toMatchObject({
      type: 'InputInvalid',
    });
    await expect(lectures.add(newLecture('l3', { endMs: row.startMs }))).rejects.toMatchObject({
      type: 'InputInvalid',
    });
    expect(await lectures.require('l2')).toMatchObject({ endMs: row.endMs + hourMs, revision: 1 });
    await lectures.record('l1', { state: 'cancelled' });
    expect((await lectures.change('l2', { endMs: row.endMs })).endMs).toBe(row.endMs);
  });

  test('of an outcome only what is given changes; a reason that is absent is cleared', async () => {
    const { lectures } = await open();
    const { row } = await lectures.add(newLecture('l1'));
    const slot = {
      index: 0,
      left: 'lecturer',
      right: 'board',
      reason: 'screen blank (share 1.00)',
      screenBlankShare: 1,
      startMs: row.startMs,
      endMs: row.endMs,
    } as const;
    await lectures.record('l1', { state: 'waiting', reason: 'for 2 files', outcome: { host: 'nvr-1' } });
    await lectures.record('l1', { outcome: { slots: [slot], missingSeconds: 12.5 } });
    const file = { role: 'main', path: 'lectures/a.mp4', sizeBytes: 2 ** 40, sha256: 'ab' } as const;
    await lectures.record('l1', { state: 'complete', outcome: { files: [file], missingSeconds: 0 } });
    const done = await lectures.require('l1');
    expect(done.outcome).toEqual({ host: 'nvr-1', slots: [slot], missingSeconds: 0, files: [file] });
    expect(done).toMatchObject({ state: 'complete', revision: 1 });
    expect(done).not.toHaveProperty('reason');
    await expect(lectures.record('none', {})).rejects.toMatchObject({ type: 'NotFound' });
  });

  test('lectures are listed newest start first, by room, state, time and number', async () => {
    const { lectures } = await open();
    const first = newLecture('').startMs;
    for (let hour = 0; hour < 4; hour++)
      await lectures.add(
        newLecture(`l${hour}`, {
          startMs: first + hour * hourMs,
          endMs: first + (hour + 1) * hourMs,
          roomId: hour === 3 ? '505' : '504',
        }),
      );
    await lectures.record('l1', { state: 'failed', reason: 'no files' });
    const idsOf = async (filter: Parameters<typeof lectures.list>[0]) =>
      (await lectures.list(filter)).map(({ id }) => id);
    expect(await idsOf({})).toEqual(['l3', 'l2', 'l1', 'l0']);
    expect(await idsOf({ roomId: '504', limit: 2 })).toEqual(['l2', 'l1']);
    expect(await idsOf({ state: 'failed' })).toEqual(['l1']);
    expect(await idsOf({ fromMs: first + hourMs, toMs: first + 3 * hourMs })).toEqual(['l2', 'l1']);
  });

  test('a publication keeps its list of files until another is recorded', async () => {
    const { publications } = await open();
    const key = { lectureId: 'l1', kind: 'export', target: 'nas' } as const;
    await publications.record({ ...key, state: 'pending', files: ['504/a «1».mp4', '504/b.jpg'] });
    await publications.record({ ...key, state: 'done', url: '/nas/504/a.mp4' });
    expect(await publications.get(key)).toMatchObject({
      state: 'done',
      files: ['504/a «1».mp4', '504/b.jpg'],
    });
    await publications.record({ ...key, state: 'done', files: [] });
    expect((await publications.reserve(key)).files).toEqual([]);
    expect(await publications.reserve({ ...key, target: 'other' })).not.toHaveProperty('files');
  });

  test('a publication keeps the first id, until another is recorded', async () => {
    const { publications } = await open();
    const key = { lectureId: 'l1', kind: 'drive', target: 'main' } as const;
    expect(await publications.get(key)).toBeUndefined();
    expect(await publications.reserve(key)).toMatchObject({ ...key, state: 'pending' });
    expect((await publications.reserve({ ...key, externalId: 'one' })).externalId).toBe('one');
    expect((await publications.reserve({ ...key, externalId: 'two' })).externalId).toBe('one');
    await publications.record({ ...key, state: 'failed', reason: 'quota' });
    expect(await publications.get(key)).toMatchObject({
      state: 'failed',
      externalId: 'one',
      reason: 'quota',
    });
    await publications.record({ ...key, state: 'done', url: 'https://drive.example/one' });
    const done = await publications.reserve({ ...key, externalId: 'three' });
    expect(done).toMatchObject({ state: 'done', externalId: 'one', url: 'https://drive.example/one' });
    expect(done).not.toHaveProperty('reason');
    await publications.record({ ...key, state: 'pending', externalId: 'four' });
    const posted = { lectureId: 'l1', kind: 'announcement', target: 'МА-1' } as const;
    await publications.record({ ...posted, state: 'unclear', externalId: 'p' });
    await publications.reserve({ ...key, lectureId: 'l2' });
    expect(await publications.listOf('l1')).toMatchObject([
      { ...posted, state: 'unclear', externalId: 'p' },
      { ...key, externalId: 'four' },
    ]);
  });
});
