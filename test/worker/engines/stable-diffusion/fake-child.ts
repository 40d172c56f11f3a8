/** Stands in for the engine's child process where it shall behave as none should: `fake-child.ts` by environment. */

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
