// `longtake camera`: the flags and helps; what they do is in camera/.
import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';
import { perform, withCommonFlags } from './perform.ts';

export function cameraCommand(terminal: Terminal): Command {
  return new Command('camera')
    .description('Cameras of the catalog: where they stand, their zone, their archive.')
    .addCommand(add(terminal))
    .addCommand(importFile(terminal))
    .addCommand(list(terminal))
    .addCommand(show(terminal))
    .addCommand(remove(terminal));
}

const add = (terminal: Terminal): Command =>
  withCommonFlags(new Command('add'))
    .description('Add a camera, or replace the one with this id.')
    .argument('<id>', 'camera id, for example cam-17')
    .option('--name <text>', 'name for people')
    .option('--region <text>', 'region it stands in')
    .option('--station <text>', 'station within the region')
    .option('--time-zone <zone>', 'IANA zone such as Europe/Moscow, or a fixed offset such as +03:00', 'UTC')
    .option('--live-url <url>', 'live stream (rtsp, rtsps, http, https)')
    .option(
      '--live-url-file <file>',
      'read the live URL from a file, so that its password stands in no argument list',
    )
    .option('--live-url-stdin', 'read the live URL from the first line of standard input')
    .option('--archive-kind <kind>', 'http, mediamtx, rtsp or file')
    .option(
      '--archive-url <url>',
      'archive URL template: {id} {externalId} {startUnix} {endUnix} {startAt} {seconds} {date} {hh} {mm}',
    )
    .option('--archive-url-file <file>', 'read the archive URL from a file')
    .option('--archive-url-stdin', 'read the archive URL from the next line of standard input')
    .option('--ask-credentials', 'ask for user and password of the archive (hidden input)')
    .option('--external-id <text>', 'id of the camera in its archive')
    .option('--tags <tags>', 'comma-separated tags')
    .option('--disabled', 'keep the camera, leave it out of new plans')
    .addHelpText(
      'after',
      `
A user and password inside a URL are taken out of it and stored apart, encrypted; no command prints them.

Examples:
  $ longtake camera add cam-1 --archive-kind mediamtx --archive-url http://127.0.0.1:9996/cam-1
  $ longtake camera add 77-1234 --region 77 --station 1234 --time-zone Europe/Moscow \\
      --archive-kind http --archive-url 'https://archive.example/{externalId}/{startUnix}-{seconds}.flv' --external-id a1b2
  $ longtake camera add cam-2 --archive-kind http --archive-url-file ./cam-2.url`,
    )
    .action(perform(terminal, async () => (await import('./camera/add.ts')).addCamera));

const importFile = (terminal: Terminal): Command =>
  withCommonFlags(new Command('import'))
    .description('Add or replace all cameras of a CSV or JSON file; with any error in it, none.')
    .argument('<file>', 'CSV with a header line, or a JSON array of objects; - reads standard input')
    .option('--format <format>', 'csv or json (default: by the file name)')
    .addHelpText(
      'after',
      `
Columns: id,name,region,station,time_zone,live_url,archive_kind,archive_url,external_id,tags,enabled

Examples:
  $ longtake camera import cameras.csv
  $ longtake camera import - --format json < cameras.json`,
    )
    .action(perform(terminal, async () => (await import('./camera/import.ts')).importCameras));

/** Flags that choose cameras, shared with nothing that asks for exactly one way. */
const list = (terminal: Terminal): Command =>
  withCommonFlags(new Command('list'))
    .description('List cameras.')
    .option('--region <text>', 'only this region')
    .option('--stations <range>', 'only these stations of the region, A-B, both included')
    .option('--tag <tag>', 'only cameras with this tag')
    .option('--enabled', 'only enabled cameras')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longtake camera list --region 77 --stations 100-199\n  $ longtake camera list --tag entrance --json',
    )
    .action(perform(terminal, async () => (await import('./camera/list.ts')).listCameras));

const show = (terminal: Terminal): Command =>
  withCommonFlags(new Command('show'))
    .description('Show one camera.')
    .argument('<id>', 'camera id')
    .addHelpText('after', '\nExamples:\n  $ longtake camera show cam-1')
    .action(perform(terminal, async () => (await import('./camera/list.ts')).showCamera));

const remove = (terminal: Terminal): Command =>
  withCommonFlags(new Command('rm'))
    .description('Remove a camera and its credentials. Files and plans stay.')
    .argument('<id>', 'camera id')
    .addHelpText('after', '\nExamples:\n  $ longtake camera rm cam-1')
    .action(perform(terminal, async () => (await import('./camera/list.ts')).removeCamera));
