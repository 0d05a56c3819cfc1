// `longtake room source`: the flags and helps; what they do is in room/source.ts.
import { Command, Option } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function roomSourceCommand(terminal: Terminal): Command {
  return new Command('source')
    .description('Sources of a room: cameras in the roles lecturer, screen, board, sound.')
    .addCommand(add(terminal))
    .addCommand(remove(terminal));
}

const ofRole = (name: string, description: string): Command =>
  withCommonFlags(new Command(name))
    .description(description)
    .argument('<room>', 'name of the room')
    .addOption(
      new Option('--role <role>', 'what it shows or hears')
        .choices(['lecturer', 'screen', 'board', 'sound'])
        .makeOptionMandatory(),
    );

const add = (terminal: Terminal): Command =>
  ofRole('add', 'Add a source to a room: a camera of the catalog, or one that is made of its archive.')
    .option('--camera <id>', 'camera of the catalog; with --archive-kind the id of the one to make')
    .option('--archive-kind <kind>', 'make the camera ROOM-ROLE: file, http, mediamtx, drive or rtsp')
    .option(
      '--archive-url <template>',
      'where its files are: {externalId} {date} {hh} {mm} {startUnix} {seconds} … in the room’s zone',
    )
    .option('--external-id <text>', 'its id in the names of the files; fills {externalId}')
    .addHelpText(
      'after',
      `
Several sources in a role: the first that has a file serves. An archive again replaces the one of that camera.
A password belongs into no flag: make the camera with \`longtake camera add --archive-url-file\`, then name it with --camera.

Old names of half-hour files, where A101 is the room:
  by the last octet of the camera’s address   {date}_{hh}:{mm}_A101_{externalId}.mp4    with --external-id 42
  by the ids of room and source               {date}T{hh}:{mm}_7_{externalId}.mp4       with --external-id 31

Examples:
  $ longtake room source add A101 --role lecturer --archive-kind file \\
      --archive-url 'file:///mnt/nvr/{date}_{hh}:{mm}_A101_{externalId}.mp4' --external-id 42
  $ longtake room source add A101 --role screen --archive-kind drive \\
      --archive-url 'https://drive.google.com/drive/folders/1AbC?name={date}T{hh}:{mm}_7_{externalId}.mp4' --external-id 31
  $ longtake room source add A101 --role board --camera cam-17`,
    )
    .action(perform(terminal, async () => (await import('./room/source.ts')).addSource));

const remove = (terminal: Terminal): Command =>
  ofRole('rm', 'Take a source from a room. The camera stays in the catalog.')
    .option('--camera <id>', 'the camera (default: ROOM-ROLE)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longtake room source rm A101 --role board\n  $ longtake room source rm A101 --role board --camera cam-17',
    )
    .action(perform(terminal, async () => (await import('./room/source.ts')).removeSource));
