import type { Store } from '../../../worker/stores/store.ts';
import type { StoreContract, StoreSubject } from '../../contracts/store.ts';
import type { Answer } from '../../stand-ins/http-stand-in.ts';
import type { PictureHost } from '../../stand-ins/picture-host.ts';

/** A store whose host is a `PictureHost`. A fault may replace the store until `mend`. */
interface HostedSubject extends StoreSubject {
  readonly standIn: PictureHost;
  readonly createStore: () => Store;
  store: Store;
}

export const answers =
  (answer: Answer) =>
  ({ standIn }: HostedSubject): void =>
    standIn.answer(answer);

/** What the contract needs from a host over HTTP. */
export const onPictureHost = {
  network: {
    reset: answers('reset'),
    hang: answers('hang'),
    drip: answers('drip'),
    underway: ({ standIn }) => standIn.nextRequest(),
    uploads: ({ standIn }) => standIn.requests.length,
  },
  mend: (subject) => {
    subject.standIn.mend();
    subject.store = subject.createStore();
  },
} satisfies Pick<StoreContract<HostedSubject>, 'network' | 'mend'>;
