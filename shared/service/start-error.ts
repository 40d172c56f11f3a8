/** Why a service cannot start, as a sentence for its operator. The settings may be right, so a restart may succeed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
