// Windows of the local clock: what is read, what is refused, and the one text of each.
import { describe, expect, test } from 'vitest';
import { isFault } from '../../src/domain/fault.ts';
import { formatLocalWindow, parseLocalWindow, windowLabel } from '../../src/domain/window.ts';

describe('parseLocalWindow', () => {
  test.each([
    ['07:45-20:00', 27_900, 72_000, '07:45-20:00', '0745-2000'],
    ['00:00-24:00', 0, 86_400, '00:00-24:00', '0000-2400'],
    ['00:00-00:00', 0, 86_400, '00:00-24:00', '0000-2400'],
    ['22:00-06:00', 79_200, 108_000, '22:00-06:00', '2200-0600'],
    ['12:00-12:00', 43_200, 129_600, '12:00-12:00', '1200-1200'],
    ['20:00-00:00', 72_000, 86_400, '20:00-24:00', '2000-2400'],
    ['08:00:30-08:01:00', 28_830, 28_860, '08:00:30-08:01:00', '080030-080100'],
    ['23:59:59-24:00', 86_399, 86_400, '23:59:59-24:00:00', '235959-240000'],
  ])('reads %s', (text, startSecond, endSecond, canonical, label) => {
    const window = parseLocalWindow(text);
    expect(window).toEqual({ startSecond, endSecond });
    expect(formatLocalWindow(window)).toBe(canonical);
    expect(parseLocalWindow(canonical)).toEqual(window);
    expect(windowLabel(window)).toBe(label);
  });

  test.each([
    '',
    '8:00-20:00',
    '08:00',
    '08:00-20:60',
    '24:00-25:00',
    '24:00-08:00',
    '08:00-24:01',
    '08:00-24:00:01',
    '08:00-99:00',
    ' 08:00-20:00',
    '08:00-20:00\n',
    '08:00–20:00',
  ])('refuses %j', (text) => {
    expect(() => parseLocalWindow(text)).toThrow(expect.toSatisfy((error) => isFault(error, 'InputInvalid')));
  });
});
