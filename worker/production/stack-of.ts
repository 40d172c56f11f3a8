/**
 * Where an error and its causes came from. A logger's own form of an error shows everything that hangs on it, such as
 * the request that a client failed to send, with prompt and keys.
 */
export function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let link = error; link instanceof Error; link = link.cause) stacks.push(link.stack ?? link.message);
  return stacks.join('\ncaused by ');
}
