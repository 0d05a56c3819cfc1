// The table of layouts: where panes stand on the canvas, by name.

export const layoutNames = ['side-by-side', 'picture-in-picture', 'single'] as const;
export type LayoutName = (typeof layoutNames)[number];

/** A pane's place on the canvas in pixels, all even. */
export interface PanePlace {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  canvas: { width: number; height: number };
  left?: PanePlace;
  right?: PanePlace;
}

/**
 * Where the panes stand. `single` shows the pane that is there alone on the same canvas, so that slots of one lecture join.
 * @param pane size of one pane in pixels, both even; source: two 1280×720 panes side by side, as NVR Merger made them
 */
export function layoutOf(
  name: LayoutName,
  { pane, left, right }: { pane: { width: number; height: number }; left: boolean; right: boolean },
): Layout {
  const canvas = name === 'side-by-side' ? { width: pane.width * 2, height: pane.height } : { ...pane };
  const whole: PanePlace = { x: 0, y: 0, ...canvas };
  if (!left || !right || name === 'single')
    return {
      canvas,
      ...(left && (name !== 'single' || !right) ? { left: whole } : {}),
      ...(right ? { right: whole } : {}),
    };
  if (name === 'side-by-side')
    return { canvas, left: { x: 0, y: 0, ...pane }, right: { x: pane.width, y: 0, ...pane } };
  const inset = { width: even(canvas.width / 4), height: even(canvas.height / 4) };
  const margin = even(canvas.height / 40);
  const corner = { x: canvas.width - inset.width - margin, y: canvas.height - inset.height - margin };
  return { canvas, left: { ...corner, ...inset }, right: whole };
}

const even = (value: number): number => Math.floor(value / 2) * 2;
