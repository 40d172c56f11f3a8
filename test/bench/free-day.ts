import { liveFreeDay } from '../e2e/free-day.ts';
import type { Section } from './report.ts';

const REQUESTS = 500;

export const freeDay: Section = {
  name: 'free-day',
  title: `A day without any key: ${REQUESTS} requests from a data centre, on stand-ins and a hurried clock`,
  async measure() {
    const { shares, failures, longestMs } = await liveFreeDay(REQUESTS);
    const made = Object.values(shares).reduce((sum, count) => sum + count, 0);
    const drawings = shares.sketch ?? 0;
    return [
      ...Object.entries(shares).map(([engine, count]) => {
        return { what: `share of ${engine}`, value: (100 * count) / REQUESTS, unit: '%' };
      }),
      { what: 'made by a model', value: (100 * (made - drawings)) / REQUESTS, unit: '%', aim: 'at least 99' },
      { what: 'without a picture', value: failures, unit: 'requests', aim: '0' },
      { what: 'longest wait', value: longestMs / 1000, unit: 's on the clock of that day', aim: 'at most 85' },
    ];
  },
};
