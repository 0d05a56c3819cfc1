// The workflow bundle's entry: every workflow type by its registered name.
export { lectureIntake } from './lecture/intake.ts';
export { lecture } from './lecture/lecture.ts';
export { cameraDay } from './plan/camera-day.ts';
export { plan } from './plan/plan.ts';
export { restreamServer } from './restream/keep-server.ts';
export { restreamCamera } from './restream/relay.ts';
export { restream } from './restream/restream.ts';
