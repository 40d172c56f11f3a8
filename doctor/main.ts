import { readEnvironment } from '../shared/service/run-service.ts';
import { runDoctor } from './run-doctor.ts';

/** `npm run doctor`, and `node dist/doctor/main.js` where there is no clone. */
const code = await runDoctor(process.argv.slice(2), { env: readEnvironment(), stdout: process.stdout });
// Connections that a check has left open must not hold the process; what was printed to a pipe goes out first.
process.stdout.write('', () => process.exit(code));
