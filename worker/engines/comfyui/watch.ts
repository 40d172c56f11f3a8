import type { EngineContext } from '../engine.ts';
import { messageSchema } from './schema.ts';

/** A binary frame begins with its kind. 1 is a preview, and the next number says whether it is JPEG or PNG. */
const PREVIEW = 1;
const MEDIA_TYPES: Readonly<Record<number, 'image/jpeg' | 'image/png'>> = { 1: 'image/jpeg', 2: 'image/png' };
const HEADER_BYTES = 8;
const MAX_PREVIEW_BYTES = 1024 * 1024;
/** Frames kept until our prompt's id is known. The last ones count: they say that it has ended. */
const MAX_EARLY_FRAMES = 20;

export interface ComfyWatch {
  /** Resolves when the connection is open, or when it is clear that it will not open. */
  readonly ready: Promise<void>;
  /** Resolves when the server says that our prompt has ended. Stays pending if the WebSocket fails. */
  readonly ended: Promise<void>;
  /** Whether the server said that our prompt runs. */
  isRunning(): boolean;
  /** Says which prompt is ours. Messages that came before, such as a quick end, count as well. */
  follow(promptId: string): void;
  stop(): void;
}

interface WatchOptions extends Pick<EngineContext, 'onProgress'> {
  /** `ws://…/ws?clientId=…` */
  readonly url: string;
  /** Partial pictures wanted. */
  readonly previews: number;
}

/**
 * Reads progress and previews from the WebSocket. It only shortens the wait: the server's history decides. The one
 * message that comes after the prompt is in the history is `executing` without a node (ComfyUI's main.py).
 */
export function watchComfy({ url, previews, onProgress }: WatchOptions): ComfyWatch {
  const { promise: ready, resolve: open } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let ours: string | undefined;
  let current: string | undefined;
  let early: unknown[] | undefined = [];
  let fraction: number | undefined;
  let previewsLeft = previews;

  function handleMessage(text: string): void {
    const { type, data } = messageSchema.parse(JSON.parse(text));
    if (data.prompt_id !== undefined) current = data.prompt_id;
    if (data.prompt_id !== ours) return;
    if (type === 'progress' && data.value !== undefined && data.max !== undefined && data.max > 0) {
      fraction = Math.min(1, Math.max(0, data.value / data.max));
      onProgress({ stage: 'generate', fraction });
    }
    if (type === 'executing' && data.node === null) end();
  }

  /** Previews carry no id. They belong to the prompt that was named last, and come only to our own socket. */
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

  function take(frame: unknown): void {
    try {
      if (typeof frame === 'string') handleMessage(frame);
      else see(frame as ArrayBuffer);
    } catch {
      // An unknown frame is ignored, because the history decides anyway.
    }
  }

  socket.onmessage = ({ data }) => {
    if (early === undefined) take(data);
    else early = [...early, data].slice(-MAX_EARLY_FRAMES);
  };
  socket.onopen = () => open();
  socket.onclose = () => open();
  socket.onerror = () => socket.close();

  return {
    ready,
    ended,
    isRunning: () => ours !== undefined && current === ours,
    follow: (promptId) => {
      ours = promptId;
      for (const frame of early ?? []) take(frame);
      early = undefined;
    },
    stop: () => socket.close(),
  };
}
