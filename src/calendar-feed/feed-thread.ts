// The thread in which a calendar's text is read: whatever it holds, the worker goes on meanwhile, and may end it.
import { parentPort, workerData } from 'node:worker_threads';
import type { FeedAnswer, FeedQuestion } from './feed-event.ts';
import { parseFeed } from './parse-feed.ts';

function answer(): FeedAnswer {
  try {
    return { events: parseFeed(workerData as FeedQuestion) };
  } catch (error) {
    const words = error instanceof Error ? error.message : 'it cannot be read';
    // The parser quotes what it stumbled over: that may be another file than a calendar.
    return { problem: words.replace(/["'][\s\S]*$/, '…').slice(0, 200) };
  }
}

parentPort?.postMessage(answer());
