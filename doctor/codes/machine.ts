import type { Trouble } from './trouble.ts';

const INSTALL_CHROMIUM = [
  'sudo apt-get install chromium-headless-shell fonts-liberation',
  'npx playwright-core install --only-shell chromium',
  'CHROMIUM_PATH=/path/to/chromium',
];

/** What can be wrong with the machine, the settings and the browser. */
export const MACHINE_TROUBLES = {
  'doctor/node-old': {
    meaning: 'This Node has no `node:sqlite`, so neither service starts.',
    fixes: ['npm ci --include=dev (brings Node 24 along)', 'install Node 24: https://nodejs.org/en/download'],
  },
  'doctor/packages-missing': {
    meaning: 'The packages of package-lock.json are not installed, or are those of an older version.',
    fixes: ['npm ci'],
  },
  'doctor/not-built': {
    meaning: 'There is no dist/, which `npm run start:api` and `npm run start:worker` run.',
    fixes: ['npm run build', 'npm start (builds by itself)'],
  },
  'doctor/setting-wrong': {
    meaning: 'A setting has a value that the service does not accept, or a needed one is missing.',
    fixes: ['set it as DEPLOYMENT_GUIDE.md says'],
  },
  'doctor/setting-unknown': {
    meaning: 'A variable looks like a misspelt setting, and is not read.',
    fixes: ['correct its name, or remove it'],
  },
  'doctor/fallback-late': {
    meaning: 'The last engine is asked only after callers have their 202.',
    fixes: ['FALLBACK_WITHIN_MS=70000'],
  },
  'doctor/wait-budget-long': {
    meaning: 'Callers are held longer than Render and Cloudflare keep a silent connection (100 s).',
    fixes: ['WAIT_BUDGET_MS=85000'],
  },
  'doctor/port-taken': {
    meaning: 'Another program listens on the port of the service.',
    fixes: ['end that program', 'PORT=<another port>'],
  },
  'doctor/port-forbidden': {
    meaning: 'This user may not listen on the port of the service.',
    fixes: ['PORT=<a port from 1024 on>'],
  },
  'doctor/host-wrong': {
    meaning: 'HOST is no address of this machine.',
    fixes: ['HOST=0.0.0.0'],
  },
  'doctor/data-directory-unwritable': {
    meaning: 'The service cannot write to its DATA_DIR, and does not start.',
    fixes: ['sudo chown -R "$USER" <DATA_DIR>', 'DATA_DIR=/path/that/this/user/may/write'],
  },
  'doctor/data-directory-public': {
    meaning: 'Other users of this machine can read jobs, secrets or pictures in DATA_DIR.',
    fixes: ['chmod -R go= <DATA_DIR>'],
  },
  'doctor/disk-full': {
    meaning: 'No space is left on the disk of DATA_DIR: no picture can be kept.',
    fixes: ['free some space', 'DISK_MAX_MB=<less>'],
  },
  'doctor/disk-low': {
    meaning: 'The disk of DATA_DIR has less space than pictures may take.',
    fixes: ['free some space', 'DISK_MAX_MB=<less>'],
  },
  'doctor/temporary-directory': {
    meaning:
      'Chromium cannot write to the directory for temporary files, where it also keeps shared memory (not in /dev/shm).',
    fixes: ['TMPDIR=/path/that/this/user/may/write', 'docker run --tmpfs /tmp …'],
  },
  'doctor/memory-small': {
    meaning: 'The container has less memory than the worker and one Chromium need.',
    fixes: ['give the container 512 MB or more', 'ENGINES=<engines without a browser>'],
  },
  'doctor/memory-limit-high': {
    meaning:
      'MEMORY_LIMIT_MB is above the container’s own limit, so the kernel kills the worker before it can free memory.',
    fixes: ['MEMORY_LIMIT_MB= (unset: three quarters of the limit)'],
  },
  'doctor/memory-concurrency': {
    meaning: 'CONCURRENCY pages at a time need more memory than there is.',
    fixes: ['CONCURRENCY=1', 'give the container more memory'],
  },
  'doctor/chromium-missing': {
    meaning: 'No Chromium was found, which perchance and sketch need.',
    fixes: INSTALL_CHROMIUM,
  },
  'doctor/chromium-fails': {
    meaning: 'Chromium does not start.',
    fixes: ['sudo apt-get install --reinstall chromium-headless-shell', ...INSTALL_CHROMIUM.slice(1)],
  },
  'doctor/chromium-blank': {
    meaning: 'Chromium starts, but a page stays empty.',
    fixes: INSTALL_CHROMIUM,
  },
  'doctor/chromium-sandbox': {
    meaning: 'Chromium runs without its sandbox, so a page that breaks out has the worker’s rights.',
    fixes: ['run the worker as a user of its own, not as root', 'sudo sysctl kernel.unprivileged_userns_clone=1'],
  },
  'doctor/fonts-missing': {
    meaning: 'Chromium finds no fonts: pages that show text stay empty or crash.',
    fixes: ['sudo apt-get install fonts-liberation'],
  },
  'doctor/fonts-scripts': {
    meaning: 'Some scripts have no font here, and show as boxes on pages and in drawn pictures.',
    fixes: ['sudo apt-get install fonts-noto-cjk fonts-noto-core fonts-noto-color-emoji'],
  },
  'doctor/started-by-npm': {
    meaning: 'A service was started through npm, which may keep SIGTERM to itself: jobs are cut off at every stop.',
    fixes: ['start it as package.json’s start:api or start:worker says, by node itself'],
  },
  'doctor/no-answer': {
    meaning: 'A check got no answer in time.',
    fixes: ['run the doctor again; is the machine overloaded?'],
  },
  'doctor/check-failed': {
    meaning: 'A check itself went wrong.',
    fixes: ['npm run doctor -- --json (and report what it prints)'],
  },
} as const satisfies Record<string, Trouble>;
