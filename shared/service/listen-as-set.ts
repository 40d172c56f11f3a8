import type { Server } from 'node:http';
import { listen } from '../net/http.ts';
import { GUIDE, SettingsError } from './config.ts';
import { StartError } from './start-error.ts';

interface Place {
  /** 0 takes a free one. */
  readonly PORT: number;
  readonly HOST: string;
}

/** Listens and resolves with the port. If the system refuses the port or host, the error names the setting. */
export async function listenAsSet(server: Server, place: Place): Promise<number> {
  try {
    return (await listen(server, place.PORT, place.HOST)).port;
  } catch (error) {
    throw toFault(error, place);
  }
}

const NO_SUCH_ADDRESS = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL', 'EAFNOSUPPORT']);

function toFault(error: unknown, { PORT: port, HOST: host }: Place): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE')
    return new StartError(`PORT: ${port} is taken by another program; end it, or set another port (${GUIDE}#port)`);
  if (code === 'EACCES')
    return new SettingsError(`PORT: expected a port that this user may listen on, not ${port} (${GUIDE}#port)`);
  if (!NO_SUCH_ADDRESS.has(code)) return error;
  return new SettingsError(`HOST: expected an address of this machine, not ${host} (${code}; ${GUIDE}#host)`);
}
