// A terminal as a picture: lines of text in a dark window.
import type { Browser } from 'playwright-core';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const style = `
  body { margin: 0; background: #10151c; width: max-content; }
  pre { margin: 0; padding: 18px 22px; color: #d7dde5; font: 14px/1.45 "DejaVu Sans Mono", monospace; }
  b { color: #7fd1a0; font-weight: normal; }`;

/** @param command stands behind the prompt in the first line */
export async function takeTerminal(
  browser: Browser,
  { command, lines, path }: { command: string; lines: readonly string[]; path: string },
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 600 } });
  const text = [`<b>$ ${escape(command)}</b>`, ...lines.map(escape)].join('\n');
  await page.setContent(`<style>${style}</style><body><pre>${text}</pre></body>`);
  await page.locator('body').screenshot({ path });
  await page.close();
}
