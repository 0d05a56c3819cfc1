// Scratch of a lecture on its host: one key for all its slots, so that the next owner finds what is finished.
import { slugOf } from '../../domain/slug.ts';

export const lectureWorkKey = (lectureId: string): string => `lectures/${slugOf(lectureId)}`;
