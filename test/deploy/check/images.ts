import assert from 'node:assert/strict';
import { takeFreePort } from '../../support/free-port.ts';
import { eventually } from '../../support/poll.ts';
import { commandOf, parentOf, pids, statOf } from '../../support/proc.ts';
import { run } from './command.ts';
import { type Container, startContainer } from './container.ts';

/** Builds and runs both images: makes pictures as two users, and ends the containers by SIGTERM and by SIGKILL. */

const IMAGES = {
  gateway: { name: 'easel-gateway', file: 'deploy/Dockerfile.gateway', memory: '256m', maxMb: 200 },
  worker: { name: 'easel-worker', file: 'Dockerfile.worker', memory: '512m', maxMb: 700 },
} as const;

const WORKER_TOKEN = 'token-between-the-containers';
/** The stop_grace_period of deploy/compose.yaml. */
const GRACE_SECONDS = 35;
/** A user that /etc/passwd does not have, in group 0, as OpenShift chooses one. */
const ANY_USER = '1234560000:0';

type Say = (line: string) => void;

export async function buildImages(say: Say): Promise<void> {
  for (const { name, file } of Object.values(IMAGES)) {
    const from = performance.now();
    // The OCI format has no HEALTHCHECK, so the images use Docker's.
    await run(
      'buildah',
      'bud',
      '--quiet',
      '--network',
      'host',
      '--format',
      'docker',
      '--file',
      file,
      '--tag',
      name,
      '.',
    );
    say(`${name} is built in ${Math.round((performance.now() - from) / 1000)} s`);
  }
}

export async function checkSizes(say: Say): Promise<void> {
  for (const { name, maxMb } of Object.values(IMAGES)) {
    const mb = Math.round(Number(await run('podman', 'image', 'inspect', '--format', '{{.Size}}', name)) / 1e6);
    assert.ok(mb < maxMb, `${name} is ${mb} MB; at most ${maxMb} are wanted`);
    say(`${name} is ${mb} MB`);
  }
}

interface Pair {
  readonly gateway: Container;
  readonly worker: Container;
}

/** Starts both containers, passes them to `use`, and removes them. */
async function withPair(user: string | undefined, use: (pair: Pair) => Promise<void>): Promise<void> {
  const { gateway, worker } = IMAGES;
  const ports = { gateway: await takeFreePort(), worker: await takeFreePort() };
  const started: Container[] = [];
  const start = async (...[options]: Parameters<typeof startContainer>): Promise<Container> => {
    const container = await startContainer(options);
    started.push(container);
    return container;
  };
  try {
    const env = { WORKER_TOKEN };
    const seccomp = 'deploy/chromium-seccomp.json';
    const ofWorker = { image: worker.name, memory: worker.memory, port: ports.worker, user, seccomp };
    const workerContainer = await start({ ...ofWorker, env: { ...env, ENGINES: 'sketch' } });
    const ofGateway = { image: gateway.name, memory: gateway.memory, port: ports.gateway, user };
    const gatewayEnv = { ...env, WORKER_URL: workerContainer.url, RATE_LIMIT_PER_MINUTE: '0' };
    await use({ worker: workerContainer, gateway: await start({ ...ofGateway, env: gatewayEnv }) });
  } finally {
    for (const container of started) await container.remove();
  }
}

async function paint({ gateway }: Pair): Promise<number> {
  const from = performance.now();
  const answer = await fetch(`${gateway.url}/generate?prompt=a+red+fox&output=image`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, bytes.toString().slice(0, 500));
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  assert.ok(bytes.length > 20_000, 'a picture, not a blank page');
  return (performance.now() - from) / 1000;
}

/** The process and all its descendants, of every thread. */
function family(pid: number): number[] {
  const parents = new Map(pids().map((member) => [member, parentOf(member)]));
  const isOfIt = (member: number): boolean =>
    member === pid || (parents.has(member) && isOfIt(parents.get(member) ?? 0));
  return [...parents.keys()].filter(isOfIt);
}
const zombies = (pid: number): number[] => family(pid).filter((member) => statOf(member)[0] === 'Z');
const isBrowser = (pid: number): boolean => /headless-shell/.test(commandOf(pid)) && !/--type=/.test(commandOf(pid));

async function checkKilledBrowser(pair: Pair): Promise<void> {
  const { pid } = pair.worker;
  const browser = family(pid).find(isBrowser);
  assert.ok(browser, 'the browser runs in the container');
  const helpers = family(browser).filter((pid) => pid !== browser);
  assert.ok(helpers.length > 0);
  process.kill(browser, 'SIGKILL');
  await eventually(() => {
    const left = [browser, ...helpers].filter((helper) => statOf(helper)[0] !== undefined && commandOf(helper) !== '');
    assert.deepEqual(left, [], 'the helpers of a killed browser end');
    assert.deepEqual(zombies(pid), [], 'no process stays a zombie');
  }, 15_000);
  await paint(pair);
}

async function end(pair: Pair, say: Say): Promise<void> {
  const { url } = pair.gateway;
  const request = { prompt: 'the last one', seed: 5 };
  const headers = { 'content-type': 'application/json' };
  const accepted = await fetch(`${url}/jobs`, { method: 'POST', headers, body: JSON.stringify(request) });
  const { status_url: address } = (await accepted.json()) as { status_url: string };
  await eventually(async () => {
    const { status } = (await (await fetch(address)).json()) as { status: string };
    assert.ok(status !== 'queued', status);
  }, 15_000);
  // Joins the run that is in flight, and is held until it ends.
  const running = fetch(`${url}/generate?prompt=the+last+one&seed=5&output=image`).then(async (answer) => {
    await answer.arrayBuffer();
    return answer.status;
  });
  const [gateway, status] = await Promise.all([pair.gateway.stop(GRACE_SECONDS), running]);
  const worker = await pair.worker.stop(GRACE_SECONDS);
  assert.equal(status, 200, 'a running job ends with its picture');
  assert.deepEqual([gateway.exitCode, worker.exitCode], [0, 0], 'both services exit with 0');
  say(`stopped in ${gateway.seconds.toFixed(1)} s (gateway) and ${worker.seconds.toFixed(1)} s (worker)`);
}

export async function checkContainers(say: Say): Promise<void> {
  await withPair(undefined, async (pair) => {
    say(`first picture in ${(await paint(pair)).toFixed(1)} s, with 256 and 512 MB and a read-only root`);
    await pair.gateway.checkHealth();
    await pair.worker.checkHealth();
    const isOpen = (await pair.worker.log()).includes('Chromium cannot have its sandbox');
    say(`Chromium ran ${isOpen ? 'without its own sandbox: user namespaces are refused here' : 'in its own sandbox'}`);
    await checkKilledBrowser(pair);
    say('a browser killed with -9 left no zombie, and the next picture was made');
    await end(pair, say);
  });
  await withPair(ANY_USER, async (pair) => {
    await paint(pair);
    const members = [...family(pair.gateway.pid), ...family(pair.worker.pid)];
    await pair.worker.kill();
    await pair.gateway.kill();
    await eventually(() => {
      assert.deepEqual(
        members.filter((member) => statOf(member)[0] !== undefined && commandOf(member) !== ''),
        [],
      );
    }, 15_000);
    say(`as user ${ANY_USER} too; containers killed with -9 left no process behind`);
  });
}
