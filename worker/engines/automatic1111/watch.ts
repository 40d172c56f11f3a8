import { sniffMediaType } from '../../../shared/picture/media-type.ts';
import { type Clock, pause } from '../../../shared/wait.ts';
import type { EngineContext } from '../engine.ts';
import type { Automatic1111Server, TaskLook } from './server.ts';

const LOOK_MS = 500;

interface WatchOptions extends EngineContext {
  readonly server: Automatic1111Server;
  readonly clock: Clock;
  readonly taskId: string;
  readonly previews: number;
}

/** Reports the task's progress until its signal aborts or it is clear that the server reports none. Never throws. */
export async function watchTask(options: WatchOptions): Promise<void> {
  const { server, clock, taskId, signal, onProgress, previews } = options;
  let shown = 0;
  let last = '';
  while (!signal.aborted) {
    await pause(clock, LOOK_MS, signal);
    /** A failure here is ignored, because the call for the picture reports failures. */
    const look = await server
      .lookAt(taskId, { signal, withPreview: shown < previews })
      .catch((): TaskLook => ({ state: 'unseen' }));
    if (signal.aborted || look.state === 'hidden') return;
    const preview = isDue(look, shown, previews) ? toPreview(look.preview) : undefined;
    if (preview !== undefined) shown += 1;
    const now = `${look.state} ${look.fraction} ${look.step}`;
    if (now === last && preview === undefined) continue;
    last = now;
    if (look.state === 'queued') onProgress({ stage: 'queue' });
    if (look.state === 'running') {
      onProgress({ stage: 'generate', fraction: look.fraction, engineStatus: look.step, preview });
    }
  }
}

/** Spreads previews evenly: two of them come after a third and after two thirds of the work. */
const isDue = ({ fraction = 0 }: TaskLook, shown: number, previews: number): boolean =>
  shown < previews && fraction >= (shown + 1) / (previews + 1);

function toPreview(image: string | undefined) {
  const base64 = image?.replace(/^data:[^,]*,/, '') ?? '';
  const mediaType = sniffMediaType(Buffer.from(base64.slice(0, 64), 'base64'));
  return mediaType === undefined ? undefined : { mediaType, base64 };
}
