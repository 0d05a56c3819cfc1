// Keeps the last lines of stderr for error messages, in constant memory for a child that lives for months.

const tailLines = 200;

export interface StderrTail {
  add(line: string): void;
  lines(): string[];
}

/** The last 200 non-empty lines. */
export function createStderrTail(): StderrTail {
  const lines: string[] = [];
  return {
    add: (line) => {
      if (line.trim() === '') return;
      lines.push(line);
      if (lines.length > tailLines) lines.shift();
    },
    lines: () => [...lines],
  };
}
