// Progress on stderr: a block that is redrawn in place on a terminal, a plain line when something changed elsewhere.
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** The current picture: `summary` in one line, `rows` below it where there is room to redraw. */
  show(picture: { summary: string; rows?: string | undefined }): void;
  /** Leaves the last picture standing. */
  end(): void;
}

export function createProgress(terminal: Terminal): Progress {
  return terminal.drawsProgress ? redrawn(terminal) : plain(terminal);
}

function redrawn(terminal: Terminal): Progress {
  let drawnLines = 0;
  return {
    show: ({ summary, rows }) => {
      const lines = [summary, ...(rows ? rows.split('\n') : [])].map((line) => clip(line, terminal.columns));
      const up = drawnLines > 0 ? `\u001b[${drawnLines}A` : '';
      terminal.draw(`${up}\u001b[J${lines.join('\n')}\n`);
      drawnLines = lines.length;
    },
    end: () => {
      drawnLines = 0;
    },
  };
}

function plain(terminal: Terminal): Progress {
  let last = '';
  return {
    show: ({ summary }) => {
      if (summary === last) return;
      last = summary;
      terminal.err(summary);
    },
    end: () => {},
  };
}

const clip = (line: string, columns: number): string =>
  line.length < columns ? line : `${line.slice(0, Math.max(1, columns - 2))}…`;
