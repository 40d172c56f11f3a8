import type { EngineContext } from '../engine.ts';
import { messageSchema } from './schema.ts';

/** Binary frames begin with their kind: 1 is a preview, whose next number says JPEG or PNG. */
const PREVIEW = 1;
const MEDIA_TYPES: Readonly<Record<number, 'image/jpeg' | 'image/png'>> = { 1: 'image/jpeg', 2: 'image/png' };
const HEADER_BYTES = 8;
const MAX_PREVIEW_BYTES = 1024 * 1024;

export interface ComfyWatch {
  /** Resolves when the server says that our prompt has ended, or when nothing more will be heard. */
  readonly ended: Promise<void>;
  /** Whether our prompt is being worked on, as far as was heard. */
  isRunning(): boolean;
  /** From now on this prompt is ours: the server tells of it after the answer to its submission, or just before. */
  follow(promptId: string): void;
  stop(): void;
}

interface WatchOptions extends Pick<EngineContext, 'onProgress'> {
  /** `ws://…/ws?clientId=…` */
  readonly url: string;
  /** Partial pictures wanted. */
  readonly previews: number;
}

/** Reads progress and previews from the WebSocket. It only shortens the wait: the server's history decides. */
export function watchComfy({ url, previews, onProgress }: WatchOptions): ComfyWatch {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let ours: string | undefined;
  let current: string | undefined;
  let fraction: number | undefined;
  let previewsLeft = previews;

  function hear(text: string): void {
    const { type, data } = messageSchema.parse(JSON.parse(text));
    if (data.prompt_id !== undefined) current = data.prompt_id;
    if (ours === undefined || data.prompt_id !== ours) return;
    if (type === 'progress' && data.value !== undefined && data.max !== undefined && data.max > 0) {
      fraction = Math.min(1, Math.max(0, data.value / data.max));
      onProgress({ stage: 'generate', fraction });
    }
    const isLast = type === 'executing' && data.node === null;
    if (isLast || ['execution_success', 'execution_error', 'execution_interrupted'].includes(type)) end();
  }

  /** Frames carry no id; they belong to the prompt that was named last, and come only to our own socket. */
  function see(frame: ArrayBuffer): void {
    if (previewsLeft === 0 || current === undefined || current !== ours) return;
    if (frame.byteLength <= HEADER_BYTES || frame.byteLength > MAX_PREVIEW_BYTES) return;
    const header = new DataView(frame);
    const mediaType = MEDIA_TYPES[header.getUint32(4)];
    if (header.getUint32(0) !== PREVIEW || mediaType === undefined) return;
    previewsLeft -= 1;
    const base64 = Buffer.from(frame, HEADER_BYTES).toString('base64');
    onProgress({ stage: 'generate', fraction, preview: { mediaType, base64 } });
  }

  socket.onmessage = ({ data }) => {
    try {
      if (typeof data === 'string') hear(data);
      else see(data as ArrayBuffer);
    } catch {
      // A frame that we do not understand changes nothing: the history is still asked.
    }
  };
  socket.onerror = () => socket.close();

  return {
    ended,
    isRunning: () => ours !== undefined && current === ours,
    follow: (promptId) => {
      ours = promptId;
    },
    stop: () => socket.close(),
  };
}
