import { BUDGETS_MS, liveFreeDay } from '../e2e/free-day.ts';
import type { Section } from './report.ts';

const REQUESTS = 500;
const RATE = 70;

export const freeDay: Section = {
  name: 'free-day',
  title: `A day without any key: ${REQUESTS} requests from a data centre through gateway and worker, with stand-ins and a fast clock`,
  async measure() {
    const day = await liveFreeDay(REQUESTS, RATE);
    const made = Object.values(day.shares).reduce((sum, count) => sum + count, 0);
    const drawings = day.shares.sketch ?? 0;
    const budgets = `budgets of ${BUDGETS_MS.usual / 1000} and ${BUDGETS_MS.short / 1000} s`;
    return [
      ...Object.entries(day.shares).map(([engine, count]) => {
        return { what: `share of ${engine}`, value: (100 * count) / REQUESTS, unit: '%' };
      }),
      { what: 'made by a model', value: (100 * (made - drawings)) / REQUESTS, unit: '%', aim: 'at least 99' },
      { what: 'without a picture', value: day.failures, unit: 'requests', aim: '0' },
      { what: 'challenges of Perchance', value: day.challenges, unit: 'visits' },
      { what: 'of them in a real browser', value: day.visits, unit: 'visits' },
      { what: `answered 202 first (${budgets})`, value: day.handedOver, unit: 'requests' },
      {
        what: 'held beyond the budget, at most',
        value: day.longestBeyondMs / 1000,
        unit: 's on the clock of that day',
        aim: 'hardly above 0',
      },
      { what: 'longest wait for a picture', value: day.longestMs / 1000, unit: 's on the clock of that day' },
    ];
  },
};
