// Every real server that a test may start for itself, in one place.
export { startMediaMtx, type TestMediaMtx } from './mediamtx.ts';
export { startPostgres, type TestPostgres } from './postgres.ts';
export { startSshd, type SshdOptions, type TestSshd } from './sshd.ts';
export { tempDir, type TempDir } from './temp-dir.ts';
export { testRun, testServer } from './test-tools.ts';
