// Workflow ids: readable, under 200 characters, built only here.
import { slugOf } from '../domain/slug.ts';

export const planWorkflowId = (planId: string): string => `plan/${planId}`;

/** @param slug camera id and date as one path segment, from domain/slug.ts */
export const cameraDayWorkflowId = (planId: string, slug: string): string => `plan/${planId}/camera/${slug}`;

/** The supervisor of all relays. */
export const restreamWorkflowId = 'restream';

export const relayWorkflowId = (cameraId: string): string => `restream/${slugOf(cameraId)}`;

/** The keeper of all pulled relays of one MediaMTX server. */
export const relayServerWorkflowId = (server: string): string => `restream/server/${server}`;

export const lectureWorkflowId = (lectureId: string): string => `lecture/${lectureId}`;

/** The reader of one room’s calendar. */
export const lectureIntakeWorkflowId = (roomId: string): string => `lecture-intake/${slugOf(roomId)}`;
