// Takes secrets out of what a child says, also where a line was cut in the middle of one.
import { redactText } from '../domain/url.ts';

/** Longest part of a URL that may stand before its `@`; what ends closer to a cut than this could be half a password. */
const userInfoMaxChars = 1024;

export interface Redactor {
  text(text: string): string;
  /** One line of at most `capChars`; `truncated` says that the end of `line` is not the end of what was said. */
  line(line: string, truncated: boolean): string;
}

export function createRedactor(options: { secrets: readonly string[]; capChars: number }): Redactor {
  const { capChars } = options;
  const secrets = options.secrets.filter((secret) => secret !== '');
  // A secret that is percent-encoded twice is nine times as long.
  const longestChars = Math.max(userInfoMaxChars, ...secrets.map((secret) => secret.length * 9));
  const redact = (text: string): string => redactText({ text, secrets });
  return {
    text: redact,
    line: (line, truncated) => {
      const clean = redact(line);
      return truncated
        ? clean.slice(0, Math.max(0, clean.length - longestChars)).slice(0, capChars)
        : clean.slice(0, capChars);
    },
  };
}
