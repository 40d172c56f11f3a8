/** Replaces the engine's child process by one with faults, which an environment variable chooses. */

const behaviour = process.env.FAKE_CHILD;

if (behaviour === 'exits') {
  process.stderr.write('terminate called after throwing an instance of Napi::Error\n');
  process.exit(134);
}
process.on('message', () => {
  if (behaviour === 'hangs') return;
  process.send?.({ type: 'done', painting: { pictures: [], warnings: [] }, device: 'cpu', notes: [] });
});
process.on('disconnect', () => process.exit(0));
