#!/usr/bin/env node
import '../shared/service/require-node.ts';

// Imported only after the check above: an older Node fails to parse main.ts, without a sentence that says why.
const { main } = await import('./main.ts');
const { argv, env, stdin, stdout, stderr } = process;
// `process.exit` would lose output that is not yet written to a pipe.
process.exitCode = await main(argv.slice(2), { env, stdin, stdout, stderr });
