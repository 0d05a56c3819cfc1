// What becomes of a camera's sound on its way to MediaMTX.

/** What RTSP readers of MediaMTX can be handed as it is, in ffmpeg's names (MediaMTX documentation, publish RTSP). */
const carried: ReadonlySet<string> = new Set(['aac', 'opus', 'pcm_alaw', 'pcm_mulaw', 'mp3']);

/**
 * @param wish as the camera's row has it; `auto` when absent: copied where the server carries it, else made AAC
 * @param codec ffmpeg's name of what the camera sends; undefined: it has no sound
 */
export function relayAudio(
  wish: 'auto' | 'copy' | 'aac' | 'none' | undefined,
  codec: string | undefined,
): 'copy' | 'aac' | 'none' {
  if (codec === undefined || wish === 'none') return 'none';
  if (wish === 'copy' || wish === 'aac') return wish;
  return carried.has(codec) ? 'copy' : 'aac';
}
