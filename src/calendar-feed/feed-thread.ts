// The thread in which a calendar's text is read: whatever it holds, the worker goes on meanwhile, and may end it.
import { parentPort, workerData } from 'node:worker_threads';
import { reasonOf } from './feed-components.ts';
import type { FeedAnswer, FeedQuestion } from './feed-event.ts';
import { parseFeed } from './parse-feed.ts';

function answer(): FeedAnswer {
  try {
    return parseFeed(workerData as FeedQuestion);
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

parentPort?.postMessage(answer());
