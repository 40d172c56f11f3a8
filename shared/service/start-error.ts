/** Why a service cannot start, in a sentence for its operator. The settings may be right: the next start may succeed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
