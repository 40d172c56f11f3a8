// Ports, and the processes above this one, for `npm start`. Plain JavaScript that Node 20 runs.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Resolves with the port, or a free one for 0. Throws a sentence that says why it cannot be used. */
export function takePort(name, port, host) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code, message }) => reject(new Error(explain(name, port, host, code, message))));
    probe.listen(port, host, () => {
      const { port: taken } = probe.address();
      probe.close(() => resolve(taken));
    });
  });
}

function explain(name, port, host, code, message) {
  const cure = `Set ${name} to another port, for instance ${name}=${port < 60_000 ? port + 100 : port - 100}`;
  if (code === 'EADDRINUSE')
    return `${name}: port ${port} is taken by another program, perhaps by an Easel that runs already. ${cure}.`;
  if (code === 'EACCES') return `${name}: this user may not listen on port ${port}. ${cure}.`;
  return `${name}: nothing can listen on port ${port} of ${host} (${code ?? message}). Look at HOST too.`;
}

/** Calls back once if npm or its shell has ended, because they may not have passed their signal on. */
export function whenAbandoned(callback, intervalMs = 500) {
  // Without npm, the parent may end before this process on purpose.
  if (process.env.npm_lifecycle_event === undefined) return;
  const above = processesAbove();
  const timer = setInterval(() => {
    if (processesAbove() === above) return;
    clearInterval(timer);
    callback();
  }, intervalMs);
  timer.unref();
}

/** The parent, and the parent's parent if the system reports it. */
function processesAbove() {
  const { ppid } = process;
  try {
    const stat = readFileSync(`/proc/${ppid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything. After it come the state and the parent.
    const [, , grandparent] = stat.slice(stat.lastIndexOf(')')).split(' ');
    return `${ppid} ${grandparent}`;
  } catch {
    return String(ppid);
  }
}
