// Workflow ids: readable, under 200 characters, built only here.

export const planWorkflowId = (planId: string): string => `plan/${planId}`;

/** @param slug camera id and date as one path segment, from domain/slug.ts */
export const cameraDayWorkflowId = (planId: string, slug: string): string => `plan/${planId}/camera/${slug}`;
