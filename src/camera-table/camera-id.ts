// Which ids of the user's table can be camera ids; contract/camera.ts holds the same rule, and a test holds the two together.

const form = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}_-])?$/u;
const maxBytes = 120;

/** Letters, digits, spaces, dots, underscores and hyphens, at most 120 bytes. */
export const isCameraId = (text: string): boolean =>
  text.length <= maxBytes && form.test(text) && Buffer.byteLength(text.normalize('NFC')) <= maxBytes;

export const cameraIdRule =
  'may hold letters, digits, spaces, dots, underscores and hyphens, at most 120 bytes, and begins with a letter or digit';
