import type { Run } from './run.ts';

/**
 * The order of the waiting runs: weighted fair queueing. Each client has a line of runs that it waits for on an open
 * connection, and a line of those that it comes back for. A run's turn says where its line stood when it was accepted,
 * its place where it ends; the lowest place is begun first. So a line moves on by the work that was done for it.
 */

/** `waits`: on an open connection. `comesBack`: asks for the result later. `left`: gone, without the result. */
export type Attendance = 'waits' | 'comesBack' | 'left';

/** Only a run that was begun before has this place. */
export const FIRST_PLACE = 0;
/** The highest priority number of BullMQ. */
export const LAST_PLACE = 2 ** 21 - 1;

/**
 * Whoever holds a connection is served eight times as often as whoever comes back, where both want more than there is:
 * a connection breaks off after half a minute, and a picture that comes later is as useful to whoever asks for it again.
 */
const PLACES_OF_COST = { waits: 1, comesBack: 8 } as const;

export const attendanceOf = ({ attendedBy }: Pick<Run, 'attendedBy'>): 'waits' | 'comesBack' =>
  attendedBy === '' ? 'comesBack' : 'waits';

/** In a large picture's time others get several small ones, and nobody waits for ever: each run that is begun moves the queue on. */
export const placeOf = ({ turn, cost }: Pick<Run, 'turn' | 'cost'>, attendance: Attendance): number =>
  attendance === 'left' ? LAST_PLACE : Math.min(turn + cost * PLACES_OF_COST[attendance], LAST_PLACE);

/** The turn that the queue has come to when this run is begun: where the line of a client with nothing waiting stands. */
export const servedTurnOf = ({ turn }: Pick<Run, 'turn'>): number => turn + 1;

/** Name of the line that the run was accepted into. */
export const lineOf = ({ clientId, attendedBy }: Pick<Run, 'clientId' | 'attendedBy'>): string =>
  attendanceOf({ attendedBy }) === 'waits' ? clientId : `${clientId} later`;
