import { setImmediate as nextTurn } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

export interface ComfyuiStandIn extends HttpStandIn {
  neverEnds: boolean;
  /** Says by WebSocket that prompts have ended, but has none in its history. */
  forgets: boolean;
  /** Ends a prompt before it answers its submission, as it may when every node's output is cached. */
  isQuick: boolean;
  /** False refuses every WebSocket, as a proxy without upgrades does; `silent` leaves it without an answer. */
  hasSocket: boolean | 'silent';
  /** How a prompt fails. Undefined: it ends with a picture. */
  failure: string | undefined;
  hasCheckpoint: boolean;
  /** Another caller's prompt that runs before ours. */
  stranger: string | undefined;
  /** Prompts that were stopped while they ran. */
  readonly interrupted: string[];
}

const BEHAVIOUR = {
  neverEnds: false,
  forgets: false,
  isQuick: false,
  hasSocket: true as boolean | 'silent',
  failure: undefined,
  hasCheckpoint: true,
  stranger: undefined,
};
/** Event 1, type 2 (PNG), then bytes. */
const PREVIEW = Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), Buffer.from('preview')]);

interface Prompt {
  readonly graph: Graph;
  readonly clientId: string;
  hasEnded: boolean;
}

/** ComfyUI: prompt, queue, history, view, object_info, and its WebSocket on a front door that upgrades. */
export async function createComfyuiStandIn(): Promise<ComfyuiStandIn> {
  const prompts = new Map<string, Prompt>();
  const sockets = new Map<string, WebSocket>();
  const interrupted: string[] = [];

  const send = (clientId: string, type: string, data: Record<string, unknown>): void =>
    sockets.get(clientId)?.send(JSON.stringify({ type, data }));

  function serve({ method, path, query, json }: StandInRequest): StandInReply | Promise<StandInReply> {
    if (path === '/prompt' && method === 'POST') return accept(json as { prompt: Graph; client_id: string });
    if (path === '/object_info/CheckpointLoaderSimple') {
      const names = standIn.hasCheckpoint ? ['dream.safetensors', 'other.safetensors'] : [];
      return { body: { CheckpointLoaderSimple: { input: { required: { ckpt_name: [names, {}] } } } } };
    }
    if (path.startsWith('/history/')) return { body: historyOf(path.slice('/history/'.length)) };
    if (path === '/queue' && method === 'GET') return { body: queue() };
    if (path === '/queue') return { body: '' };
    if (path === '/interrupt') {
      interrupted.push((json as { prompt_id: string }).prompt_id);
      return { body: '' };
    }
    if (path === '/view') return view(String(query.get('filename')));
    return { status: 404 };
  }

  async function accept({ prompt: graph, client_id }: { prompt: Graph; client_id: string }): Promise<StandInReply> {
    const id = `prompt-${prompts.size}`;
    const prompt = { graph, clientId: client_id, hasEnded: false };
    prompts.set(id, prompt);
    const running = run(id, prompt);
    if (standIn.isQuick) await running;
    return { body: { prompt_id: id, number: prompts.size, node_errors: {} } };
  }

  /** The work of one prompt, with the executor's messages: the history first, then `executing` without a node. */
  async function run(id: string, prompt: Prompt): Promise<void> {
    if (standIn.stranger !== undefined) return;
    if (!standIn.isQuick) await nextTurn();
    send(prompt.clientId, 'execution_start', { prompt_id: id });
    send(prompt.clientId, 'progress', { prompt_id: id, value: 5, max: 20, node: '5' });
    sockets.get(prompt.clientId)?.send(PREVIEW);
    if (standIn.neverEnds) return;
    await nextTurn();
    const end = standIn.failure === undefined ? 'execution_success' : 'execution_error';
    send(prompt.clientId, end, { prompt_id: id });
    prompt.hasEnded = true;
    send(prompt.clientId, 'executing', { prompt_id: id, node: null });
  }

  const unfinished = (): string[] => [...prompts].filter(([, { hasEnded }]) => !hasEnded).map(([id]) => id);

  function queue() {
    const waiting = unfinished();
    const running = standIn.stranger ?? waiting.shift();
    return {
      queue_running: running === undefined ? [] : [[0, running, {}, {}, []]],
      queue_pending: waiting.map((id, index) => [index + 1, id, {}, {}, []]),
    };
  }

  function historyOf(id: string): unknown {
    const prompt = prompts.get(id);
    if (prompt?.hasEnded !== true || standIn.forgets) return {};
    if (standIn.failure !== undefined) {
      const messages = [['execution_error', { exception_message: standIn.failure }]];
      return { [id]: { outputs: {}, status: { status_str: 'error', completed: false, messages } } };
    }
    const images = [
      { filename: 'draft.png', subfolder: '', type: 'temp' },
      { filename: `${id}.png`, subfolder: 'easel', type: 'output' },
    ];
    return { [id]: { outputs: { '7': { images } }, status: { status_str: 'success', completed: true, messages: [] } } };
  }

  async function view(filename: string): Promise<StandInReply> {
    const graph = prompts.get(filename.replace('.png', ''))?.graph ?? {};
    const inputs = Object.assign({}, ...Object.values(graph).map((node) => node.inputs));
    const words = Object.values(graph).map((node) => node.inputs.text);
    const body = await pictureOf([words, inputs.seed], { width: inputs.width, height: inputs.height }, 'png');
    return { headers: { 'content-type': 'image/png' }, body };
  }

  const service = await createHttpStandIn(serve);
  const server = new WebSocketServer({ noServer: true });
  service.onUpgrade((request, socket, head) => {
    if (standIn.hasSocket === 'silent') return void socket.resume().once('end', () => socket.destroy());
    if (!standIn.hasSocket) return void socket.destroy();
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const id = new URL(request.url ?? '/', 'http://stand-in').searchParams.get('clientId') ?? '';
      sockets.set(id, webSocket);
      webSocket.once('close', () => sockets.delete(id));
    });
  });

  const standIn: ComfyuiStandIn = Object.assign({ ...service }, BEHAVIOUR, {
    interrupted,
    mend() {
      Object.assign(standIn, BEHAVIOUR);
      prompts.clear();
      service.mend();
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      await service.close();
    },
  });
  return standIn;
}
