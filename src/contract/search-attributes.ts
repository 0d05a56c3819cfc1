// Typed search attributes; the embedded stack, docker-compose.yml and doctor register and check exactly these.
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const searchAttributes = {
  capability: defineSearchAttributeKey('LtCapability', SearchAttributeType.KEYWORD),
  plan: defineSearchAttributeKey('LtPlan', SearchAttributeType.KEYWORD),
  camera: defineSearchAttributeKey('LtCamera', SearchAttributeType.KEYWORD),
  room: defineSearchAttributeKey('LtRoom', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('LtState', SearchAttributeType.KEYWORD),
  missingSeconds: defineSearchAttributeKey('LtMissingSeconds', SearchAttributeType.INT),
  startsAt: defineSearchAttributeKey('LtStartsAt', SearchAttributeType.DATETIME),
} as const;

/** `Name=Type` as the Temporal CLI takes it: `temporal operator search-attribute create`, `server start-dev --search-attribute`. */
export const searchAttributeArgs: readonly string[] = [
  'LtCapability=Keyword',
  'LtPlan=Keyword',
  'LtCamera=Keyword',
  'LtRoom=Keyword',
  'LtState=Keyword',
  'LtMissingSeconds=Int',
  'LtStartsAt=Datetime',
];
