// Keeps services running in one terminal. Plain JavaScript that Node 20 runs.
import { spawn } from 'node:child_process';

/** EX_CONFIG of sysexits.h: a service refuses its settings, so a new start would end the same way. */
const EXIT_CONFIG = 78;

const DEFAULTS = {
  /** Pause before the first new start. It is doubled for each further death. */
  firstDelayMs: 1000,
  /** After this many deaths in a row it gives up. */
  maxDeaths: 5,
  /** A service that lived this long has worked, so its death is the first of a new row. */
  steadyMs: 60_000,
  /** Time after the signal to stop until services are killed. They end by themselves within 30 s. */
  stopLimitMs: 35_000,
  say: (sentence) => console.error(sentence),
};

/**
 * Starts every service ({ name, command, args, cwd, env }), and starts it again if it dies by accident. Each has a
 * channel to this process and ends when the channel closes, so that none outlives this process.
 * Returns `stop(code)` and `ended`, a promise of the exit code once all have ended.
 */
export function keepRunning(services, options = {}) {
  const { firstDelayMs, maxDeaths, steadyMs, stopLimitMs, say } = { ...DEFAULTS, ...options };
  const children = new Map();
  const timers = new Set();
  let stopCode;
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });

  function start(service, deaths) {
    const startedAt = performance.now();
    const child = spawn(service.command, service.args, {
      cwd: service.cwd,
      env: service.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A process group of its own, so that Ctrl-C reaches the service only once, through this process.
      detached: process.platform !== 'win32',
    });
    children.set(service.name, child);
    const onEnd = (how, code) => {
      if (children.get(service.name) !== child) return;
      children.delete(service.name);
      if (stopCode !== undefined) return endIfDone();
      if (code === EXIT_CONFIG) return stop(EXIT_CONFIG);
      const lived = performance.now() - startedAt;
      startAgain(service, how, lived >= steadyMs ? 1 : deaths + 1);
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(signal === null ? `exit code ${code}` : `signal ${signal}`, code));
  }

  function startAgain(service, how, deaths) {
    if (deaths >= maxDeaths) {
      say(
        `The ${service.name} ended ${deaths} times in a row, the last time with ${how}: giving up. Its lines above say why.`,
      );
      return stop(1);
    }
    const delayMs = firstDelayMs * 2 ** (deaths - 1);
    say(`The ${service.name} ended with ${how}. It is started again in ${delayMs / 1000} s.`);
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(service, deaths);
    }, delayMs);
    timers.add(timer);
  }

  function signalAll(signal) {
    for (const child of children.values()) child.kill(signal);
  }

  /** A second call makes the services end at once. */
  function stop(code) {
    stopCode ??= code;
    for (const timer of timers) clearTimeout(timer);
    signalAll('SIGTERM');
    timers.add(setTimeout(() => signalAll('SIGKILL'), stopLimitMs));
    endIfDone();
  }

  function endIfDone() {
    if (children.size > 0) return;
    for (const timer of timers) clearTimeout(timer);
    end(stopCode);
  }

  for (const service of services) start(service, 0);
  return { stop, ended };
}
