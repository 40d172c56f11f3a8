// What `npm start` finds around it: ports, and the processes above it. Plain JavaScript that Node 20 runs.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** The port itself, or a free one for 0; else the sentence why it cannot be had, thrown. */
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

/** Calls back once when a process above has ended that should have handed on its signal: npm and its shell. */
export function whenAbandoned(callback, intervalMs = 500) {
  // Without npm, whoever starts this may well end before it.
  if (process.env.npm_lifecycle_event === undefined) return;
  const above = processesAbove();
  const timer = setInterval(() => {
    if (processesAbove() === above) return;
    clearInterval(timer);
    callback();
  }, intervalMs);
  timer.unref();
}

/** The parent, and where the system tells it the parent's parent. */
function processesAbove() {
  const { ppid } = process;
  try {
    const stat = readFileSync(`/proc/${ppid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; behind it stand the state and the parent.
    const [, , grandparent] = stat.slice(stat.lastIndexOf(')')).split(' ');
    return `${ppid} ${grandparent}`;
  } catch {
    return String(ppid);
  }
}
