// The thread in which a calendar's text is read: whatever it holds, the worker goes on meanwhile, and may end it.
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from './feed-components.ts';
import type { FeedQuestion, FeedWord } from './feed-event.ts';
import { parseFeed } from './parse-feed.ts';

const say = (word: FeedWord): void => parentPort?.postMessage(word);

function answer(): FeedWord {
  try {
    return parseFeed(workerData as FeedQuestion, (series) => say({ series }));
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

say(answer());
