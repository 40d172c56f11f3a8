#!/usr/bin/env node
import '../shared/service/require-node.ts';

// Not imported above: an older Node is to be told of by a sentence.
const { main } = await import('./main.ts');
const { argv, env, stdin, stdout, stderr } = process;
// Not `process.exit`: what is still to be written to a pipe would be lost.
process.exitCode = await main(argv.slice(2), { env, stdin, stdout, stderr });
