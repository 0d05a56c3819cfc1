// What the workflows of restream take, answer and listen to. No zod here: this file goes into the workflow bundle.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/**
 * `connecting`: asked for, no picture yet; `live`: pictures arrive; `waiting`: the source failed and is tried again; `refused`: the source
 * refuses the login, nothing is tried until credentials or the row change; `stalled`: connected without new pictures, about to be replaced;
 * `stopped`: taken down by the operator or by a pause.
 */
export const relayStates = ['connecting', 'live', 'waiting', 'refused', 'stalled', 'stopped'] as const;
export type RelayState = (typeof relayStates)[number];

/** `pull`: MediaMTX fetches the camera itself; `ffmpeg`: a process of ours publishes it, and may transcode. */
export const relayEngines = ['pull', 'ffmpeg'] as const;
export type RelayEngine = (typeof relayEngines)[number];

/** What is known of one relay: sent to its workflow when the state changes, kept in the catalog with fresh figures. */
export interface RelayReport {
  /** Of the relay's owner; an older owner's report changes nothing. */
  epoch: number;
  state: RelayState;
  /** Since when it is in this state. */
  sinceAt: string;
  engine: RelayEngine;
  server?: string;
  /** Where viewers find it. */
  viewUrl?: string;
  /** The source's address without credentials. */
  source: string;
  video?: { codec: string; width?: number; height?: number };
  audio?: { codec: string };
  bitsPerSecond?: number;
  /** Pictures arrive without interruption since then. */
  upSinceAt?: string;
  /** How often it had to be connected again. */
  restarts: number;
  /** The last failure in words. */
  reason?: string;
}

export interface RelayInput {
  cameraId: string;
  /** History length at which the relay continues as new; 2,000 when absent, 40 at least. */
  sessionEvents?: number;
  /** Carried over a continue-as-new; absent on the first run. */
  session?: RelaySession;
}

export interface RelaySession {
  report?: RelayReport;
  /** The operator's word; the camera's row or the configuration decides when absent. */
  engine?: RelayEngine;
  /** Taken down by the operator. */
  stopped: boolean;
  /** The engine it runs with; absent while an order waits to be carried out. */
  placed?: RelayEngine;
  /** That order forgets refused logins. */
  forgive: boolean;
}

export interface RelayStatus {
  cameraId: string;
  state: RelayState;
  report?: RelayReport;
}

export interface RestreamInput {
  sessionEvents?: number;
  session?: RestreamSession;
}

export interface RestreamSession {
  paused: boolean;
  /** Orders not yet carried out. */
  pauseOrder?: boolean;
  accepts?: boolean;
  /** MediaMTX servers that have a keeper. */
  servers: string[];
  attention?: string;
}

export interface RestreamStatus {
  paused: boolean;
  servers: string[];
  /** Something a person should look at; absent when all is well. */
  attention?: string;
}

/** Look at the camera's row and its server anew. */
export const refresh = defineSignal<[]>('refresh');
/** Connect anew, now; also wakes a stopped relay. */
export const restart = defineSignal<[]>('restart');
export const stop = defineSignal<[]>('stop');
/** The login may be tried again. */
export const credentialsChanged = defineSignal<[]>('credentialsChanged');
/** The camera is gone from the list: take the relay down and end. */
export const retire = defineSignal<[]>('retire');
export const relayReported = defineSignal<[RelayReport]>('relayReported');
export const setEngine = defineUpdate<{ engine: RelayEngine }, [{ engine: RelayEngine }]>('setEngine');
export const relayStatus = defineQuery<RelayStatus>('relay');

export const pauseRelays = defineSignal<[]>('pause');
export const resumeRelays = defineSignal<[]>('resume');
/** A MediaMTX server was added, removed, lost, or may take its cameras back. */
export const serversChanged = defineSignal<[]>('serversChanged');
/** The list is right as it is now, however many cameras it misses. */
export const acceptList = defineSignal<[]>('acceptList');
export const restreamStatus = defineQuery<RestreamStatus>('status');
