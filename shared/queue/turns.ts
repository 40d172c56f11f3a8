import type { Run } from './run.ts';

/**
 * The order of the waiting runs is weighted fair queueing. Each client has a line of runs that it waits for on an open
 * connection, and a line of runs that it comes back for. A run's turn is the position of its line when it was accepted, and
 * its place is the turn plus its weighted cost. The lowest place begins first, so a line advances by the work done for it.
 */

/** `waits`: on an open connection. `comesBack`: asks for the result later. `left`: gone, without the result. */
export type Attendance = 'waits' | 'comesBack' | 'left';

/** The place of a run that was begun before. */
export const FIRST_PLACE = 0;
/** The highest priority number of BullMQ. */
export const LAST_PLACE = 2 ** 21 - 1;

/**
 * A caller that holds a connection is served eight times as often as one that comes back, when both want more than there is.
 * A connection may break after half a minute, while a caller that comes back loses nothing when its picture comes later.
 */
const PLACES_OF_COST = { waits: 1, comesBack: 8 } as const;

export const attendanceOf = ({ attendedBy }: Pick<Run, 'attendedBy'>): 'waits' | 'comesBack' =>
  attendedBy === '' ? 'comesBack' : 'waits';

/** Several small runs pass a large one, and no run waits for ever, because each run that begins advances the queue. */
export const placeOf = ({ turn, cost }: Pick<Run, 'turn' | 'cost'>, attendance: Attendance): number =>
  attendance === 'left' ? LAST_PLACE : Math.min(turn + cost * PLACES_OF_COST[attendance], LAST_PLACE);

/** The queue's turn when this run begins, at which a client with nothing waiting joins. */
export const servedTurnOf = ({ turn }: Pick<Run, 'turn'>): number => turn + 1;

/** Name of the line that the run was accepted into. */
export const lineOf = ({ clientId, attendedBy }: Pick<Run, 'clientId' | 'attendedBy'>): string =>
  attendanceOf({ attendedBy }) === 'waits' ? clientId : `${clientId} later`;
