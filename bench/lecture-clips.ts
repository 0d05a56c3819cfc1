// Recordings as a lecture room makes them: a lecturer who moves before a still hall, with the noise of a sensor, and slides with a pointer. Made once per run.
import { join } from 'node:path';
import { toEnd } from './scratch.ts';

export interface LectureClips {
  /** 720p25, 2 Mb/s, a key frame every two seconds, B-frames, sound. */
  lecturer: string;
  /** 1080p15, 1.5 Mb/s, a key frame every two seconds, no sound. */
  screen: string;
}

/** Seconds, even, of both. */
export async function makeLectureClips(dir: string, seconds: number): Promise<LectureClips> {
  const clips = { lecturer: join(dir, 'lecturer.mp4'), screen: join(dir, 'screen.mp4') };
  await makeLecturer(clips.lecturer, seconds);
  await makeScreen(clips.screen, seconds);
  return clips;
}

/** The hall is drawn once and repeated: only who moves in it, and the sensor, change. */
function makeLecturer(path: string, seconds: number): Promise<void> {
  const wall = 'gradients=s=1280x720:r=1:d=1:n=4:c0=0x8a8070:c1=0x504840:c2=0x303840:c3=0xa09888:seed=7';
  const person = 'mandelbrot=s=220x420:r=25:end_scale=0.0005:end_pts=4000';
  const hall = [
    'trim=end_frame=1,noise=alls=40,gblur=sigma=1.2,drawgrid=w=160:h=90:t=3:c=0x202020',
    'drawbox=x=700:y=80:w=500:h=300:color=0x1c3a2c:t=fill,loop=-1:1,fps=25',
  ].join(',');
  const steps = "x='380+160*sin(t/2.5)+8*sin(t*5)':y='250+12*sin(t*2)':eval=frame";
  return ffmpeg(
    ...['-f', 'lavfi', '-i', wall, '-f', 'lavfi', '-i', person],
    ...['-f', 'lavfi', '-i', `sine=220:sample_rate=44100:d=${seconds}`, '-filter_complex'],
    `[0]${hall}[hall];[1]format=yuv420p[person];[hall][person]overlay=${steps},noise=alls=7:allf=t,format=yuv420p[v]`,
    ...['-map', '[v]', '-map', '2:a', '-t', String(seconds), ...camera({ megabits: 2, group: 50 })],
    ...['-bf', '2', '-c:a', 'aac', '-b:a', '96k', path],
  );
}

/** Every ten seconds another slide: dark marks in lines of unequal length on white, a picture, a pointer that moves. */
function makeScreen(path: string, seconds: number): Promise<void> {
  const isLine =
    'lt(mod(Y,54),26)*gt(X,160)*gt(Y,140)*lt(Y,980)*lt(X,260+1400*abs(sin(floor(Y/54)*1.7+N*2)))';
  const isMark = 'lt(mod(floor(X/3)*7919+floor(Y/3)*104729+floor(X/3)*floor(Y/3)*31+N*17,97),42)';
  const slides = `nullsrc=s=1920x1080:r=1/10:d=${seconds},geq=lum='if(${isLine}*${isMark},30,240)':cb=128:cr=128`;
  const pointer = "overlay=x='900+500*sin(t/2)':y='500+300*sin(t*0.7)':eval=frame";
  return ffmpeg(
    ...['-f', 'lavfi', '-i', slides],
    ...['-f', 'lavfi', '-i', `color=0xcc2020:s=24x24:r=15:d=${seconds}`, '-filter_complex'],
    `[0]drawbox=x=1500:y=160:w=300:h=300:color=0x3060a0:t=fill,fps=15[slide];[slide][1]${pointer},noise=alls=3:allf=t,format=yuv420p[v]`,
    ...['-map', '[v]', '-t', String(seconds), ...camera({ megabits: 1.5, group: 30 }), path],
  );
}

function camera({ megabits, group }: { megabits: number; group: number }): string[] {
  const rate = ['-b:v', `${megabits}M`, '-maxrate', '2M', '-bufsize', '2M'];
  return ['-c:v', 'libx264', '-preset', 'veryfast', '-g', String(group), '-sc_threshold', '0', ...rate];
}

const ffmpeg = (...args: string[]): Promise<void> =>
  toEnd('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
