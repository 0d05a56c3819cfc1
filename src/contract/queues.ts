// Task queue names; `onHost` is the queue of one host, for work bound to files that lie there.

export const queues = {
  main: 'longtake',
  download: 'longtake-download',
  media: 'longtake-media',
  transfer: 'longtake-transfer',
  live: 'longtake-live',
} as const;

export type QueueName = (typeof queues)[keyof typeof queues];

export const onHost = (queue: QueueName, host: string): string => `${queue}@${host}`;
