// Cuts a byte stream into lines with bounded memory, however long a line is and wherever the chunks end.
import { StringDecoder } from 'node:string_decoder';

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands over the unfinished last line. */
  end(): void;
}

/**
 * Lines end at \n, \r or \r\n. Of a longer line than `keepChars` the beginning is kept and `truncated` is true;
 * the rest up to the next line end is dropped.
 */
export function createLineSplitter(options: {
  keepChars: number;
  onLine: (line: string, truncated: boolean) => void;
}): LineSplitter {
  const { keepChars, onLine } = options;
  const decoder = new StringDecoder('utf8');
  let held = '';
  let truncated = false;
  let endedWithReturn = false;

  const hold = (text: string): void => {
    held += text.slice(0, keepChars - held.length);
    truncated ||= held.length === keepChars && text.length > 0;
  };
  const flush = (): void => {
    const line = held;
    const wasTruncated = truncated;
    held = '';
    truncated = false;
    onLine(line, wasTruncated);
  };
  const feed = (decoded: string): void => {
    let text = decoded;
    if (text === '') return;
    if (endedWithReturn && text.startsWith('\n')) text = text.slice(1);
    endedWithReturn = decoded.endsWith('\r');
    const pieces = text.split(/\r\n|\n|\r/);
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      hold(piece);
      flush();
    }
    hold(rest);
  };
  return {
    push: (chunk) => feed(decoder.write(chunk)),
    end: () => {
      feed(decoder.end());
      if (held !== '') flush();
    },
  };
}
