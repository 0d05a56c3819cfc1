// A worker process for fault tests: `longtake worker` without its command line, with workflows bundled beforehand so that a restart is quick.
import { loadConfig } from '../../../src/config/load.ts';
import { runWorker } from '../../../src/worker/main.ts';

const [codePath] = process.argv.slice(2);
if (codePath === undefined) throw new Error('the path of the workflow bundle is missing');

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
// The test that started it is gone, however it ended.
const endWithTest = (): void => void process.kill(process.pid, 'SIGKILL');
process.stdin.resume().on('close', endWithTest);
await runWorker({
  config: loadConfig({ env: process.env, cwd: process.cwd() }),
  signal: stop.signal,
  workflowBundle: { codePath },
  onReady: () => process.stdout.write('ready\n'),
});
// The open input would keep it.
process.stdin.off('close', endWithTest).destroy();
