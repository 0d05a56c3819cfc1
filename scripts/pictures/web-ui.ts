// Pictures of the Temporal Web UI as an operator sees it: lists with our columns, a plan, a camera-day, a relay, a lecture.
import type { Browser, Page } from 'playwright-core';

interface Scene {
  browser: Browser;
  uiUrl: string;
  pathOf: (name: string) => string;
}

const sidebarWidth = 64;
/** The id of a camera-day fits on one line. */
const detailsWidth = 1520;
const unusedColumns = ['Run ID', 'Type', 'Start', 'End'];

/** Writes `web-ui-list`, `web-ui-plan` and `web-ui-camera-day`. */
export async function takePlan(scene: Scene & { planId: string; cameraDay: string }): Promise<void> {
  const { browser, planId, pathOf, uiUrl } = scene;
  const page = await browser.newPage({ viewport: { width: 1264, height: 900 } });
  const columns = ['LtState', 'LtMissingSeconds'];
  const shows = `plan/${planId}`;
  const query = `LtPlan="${planId}"`;
  await takeList(page, { uiUrl, query, columns, shows, path: pathOf('web-ui-list') });
  await page.setViewportSize({ width: detailsWidth, height: 900 });
  await takeDetails(page, { uiUrl, workflowId: `plan/${planId}`, path: pathOf('web-ui-plan') });
  const workflowId = `plan/${planId}/camera/${scene.cameraDay}`;
  await takeDetails(page, { uiUrl, workflowId, path: pathOf('web-ui-camera-day') });
  await page.close();
}

/** Writes `web-ui-relays` and `web-ui-relay`. */
export async function takeRelays(scene: Scene & { workflowId: string }): Promise<void> {
  const { browser, pathOf, uiUrl, workflowId } = scene;
  const page = await browser.newPage({ viewport: { width: 1264, height: 900 } });
  const query = 'LtCapability="restream" AND ExecutionStatus="Running"';
  const list = { columns: ['LtState'], shows: workflowId, path: pathOf('web-ui-relays'), height: 440 };
  await takeList(page, { uiUrl, query, ...list });
  await page.setViewportSize({ width: detailsWidth, height: 900 });
  await takeDetails(page, { uiUrl, workflowId, path: pathOf('web-ui-relay') });
  await page.close();
}

/** Writes `web-ui-lecture`. */
export async function takeLecture(scene: Scene & { lectureId: string }): Promise<void> {
  const { browser, lectureId, pathOf, uiUrl } = scene;
  const page = await browser.newPage({ viewport: { width: detailsWidth, height: 900 } });
  await takeDetails(page, { uiUrl, workflowId: `lecture/${lectureId}`, path: pathOf('web-ui-lecture') });
  await page.close();
}

interface List {
  uiUrl: string;
  query: string;
  columns: readonly string[];
  /** Id of a workflow in it. */
  shows: string;
  path: string;
  /** 400 pixels when absent. */
  height?: number;
}

/** Columns are chosen by clicks, as people do: how the page keeps them is its own business. */
async function takeList(
  page: Page,
  { uiUrl, query, columns, shows, path, height = 400 }: List,
): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows?query=${encodeURIComponent(query)}`);
  await page.getByTestId('workflows-summary-table-configuration-button').click();
  for (const name of columns) await page.getByTestId(`orderable-list-item-${name}-add-button`).click();
  for (const name of unusedColumns)
    await page.getByTestId(`orderable-list-item-${name}-remove-button`).first().click();
  await page.getByTestId('drawer-close-button').click();
  await page.getByLabel('Collapse saved views').click();
  await page.getByRole('link', { name: shows, exact: true }).waitFor();
  await settle(page);
  await page.screenshot({ path, clip: { x: sidebarWidth, y: 64, width: 1200, height } });
}

/** The tab “User Metadata” with summary and current details, and the top line; the ids between them are left out. */
async function takeDetails(
  page: Page,
  { uiUrl, workflowId, path }: { uiUrl: string; workflowId: string; path: string },
): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
  await page.getByRole('link', { name: 'User Metadata' }).or(page.getByText('User Metadata')).first().click();
  await page.getByRole('heading', { name: 'Events with Metadata' }).waitFor();
  await page.frameLocator('iframe').last().locator('table').first().waitFor();
  await settle(page);
  await page.screenshot({
    path,
    clip: { x: sidebarWidth, y: 100, width: detailsWidth - sidebarWidth, height: 700 },
  });
}

/** Fonts and transitions; there is no event for either. */
const settle = (page: Page): Promise<void> => page.waitForTimeout(1500);
