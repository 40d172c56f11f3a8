import { readEnvironment } from '../shared/service/run-service.ts';
import { runDoctor } from './run-doctor.ts';

/** Entry point of `npm run doctor`, and of `node dist/doctor/main.js` where there is no clone. */
const code = await runDoctor(process.argv.slice(2), { env: readEnvironment(), stdout: process.stdout });
// Exits even when a check left a connection open, but only after the report is written to a pipe.
process.stdout.write('', () => process.exit(code));
