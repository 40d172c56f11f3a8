import { TOPICS, TROUBLES } from '../../doctor/codes/codes.ts';

/** The rows of docs/doctor.md, as the code has them; `node test/doctor/tables.ts` prints them all. */

const escapeBars = (text: string): string => text.replaceAll('|', '\\|');

/** `npm ci`, but words in brackets and sentences stay words. */
const toCure = (fix: string): string => `\`${fix}\``;

export const toTroubleRows = (): string[] =>
  Object.entries(TROUBLES).map(
    ([code, { meaning, fixes }]) =>
      `| <a id="${code.replace('doctor/', '')}"></a>\`${code}\` | ${escapeBars(meaning)} | ${escapeBars(fixes.map(toCure).join('; or '))} |`,
  );

export const toTopicRows = (): string[] =>
  Object.entries(TOPICS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);

if (import.meta.main) console.log([...toTroubleRows(), '', ...toTopicRows()].join('\n'));
