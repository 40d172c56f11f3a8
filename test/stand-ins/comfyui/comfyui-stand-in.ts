import { type WebSocket, WebSocketServer } from 'ws';
import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

export interface ComfyuiStandIn extends HttpStandIn {
  neverFinishes: boolean;
  /** Refuses every WebSocket, as a proxy without upgrades does. */
  hasSocket: boolean;
  /** How a prompt ends: left out, with a picture. */
  failure: string | undefined;
  hasCheckpoint: boolean;
  /** Another caller's prompt that runs before ours. */
  stranger: string | undefined;
  /** Prompts that were stopped while they ran. */
  readonly interrupted: string[];
}

const BEHAVIOUR = {
  neverFinishes: false,
  hasSocket: true,
  failure: undefined,
  hasCheckpoint: true,
  stranger: undefined,
};
const LOOKS_BEFORE_DONE = 2;
/** Event 1, type 2 (PNG), then bytes. */
const PREVIEW = Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), Buffer.from('preview')]);

/** ComfyUI: prompt, queue, history, view, object_info, and its WebSocket on a front door that upgrades. */
export async function createComfyuiStandIn(): Promise<ComfyuiStandIn> {
  const prompts = new Map<string, { readonly graph: Graph; readonly clientId: string; looks: number }>();
  const sockets = new Map<string, WebSocket>();
  const interrupted: string[] = [];

  const tell = (clientId: string, type: string, data: Record<string, unknown>): void =>
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

  function accept({ prompt: graph, client_id: clientId }: { prompt: Graph; client_id: string }): StandInReply {
    const id = `prompt-${prompts.size}`;
    prompts.set(id, { graph, clientId, looks: 0 });
    return { body: { prompt_id: id, number: prompts.size, node_errors: {} } };
  }

  const unfinished = (): string[] =>
    [...prompts].filter(([, { looks }]) => looks <= LOOKS_BEFORE_DONE).map(([id]) => id);

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
    if (prompt === undefined || standIn.neverFinishes) return {};
    prompt.looks += 1;
    if (prompt.looks === 1) {
      tell(prompt.clientId, 'execution_start', { prompt_id: id });
      tell(prompt.clientId, 'progress', { prompt_id: id, value: 5, max: 20, node: '5' });
      sockets.get(prompt.clientId)?.send(PREVIEW);
    }
    if (prompt.looks <= LOOKS_BEFORE_DONE) return {};
    tell(prompt.clientId, 'executing', { prompt_id: id, node: null });
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
