// One line per set-up step: what it does, what came of it, how long it took. No terminal tricks, so logs of CI read the same.

/** A set-up failure: why it failed and what a person can do about it. */
export class SetupError extends Error {
  constructor(reason, remedy) {
    super(reason);
    this.name = 'SetupError';
    this.remedy = remedy;
  }
}

const write = (line) => process.stderr.write(`${line}\n`);
const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Runs one step. `work` gets `say(text)` for news while it takes long and returns the outcome in a few words. */
export async function step(title, work) {
  const started = performance.now();
  try {
    const outcome = await work((text) => write(`  … ${title}: ${text}`));
    write(`  ✓ ${title}: ${outcome} (${seconds(started)})`);
  } catch (error) {
    write(`  ✗ ${title}: ${error.message} (${seconds(started)})`);
    if (error instanceof SetupError) write(`    What to do: ${error.remedy}`);
    throw error;
  }
}

/** Says every 30 s that a long piece of work still runs; returns the function that ends it. */
export function stillAlive(say, what) {
  const started = performance.now();
  const timer = setInterval(() => say(`${what}, ${seconds(started)} so far`), 30_000);
  return () => clearInterval(timer);
}
