import { TOPICS, TROUBLES } from '../../doctor/codes/codes.ts';

/** The rows of docs/doctor.md, made from the codes. `node test/doctor/tables.ts` prints them. */

const escapeBars = (text: string): string => text.replaceAll('|', '\\|');

const COMMAND = /^(?:sudo|npm|npx|node|docker|chmod|redis-cli|[A-Z][A-Z0-9_]+=)/;

/** Marks commands and settings as code, without the remark in brackets after them. Sentences stay unchanged. */
function toCure(fix: string): string {
  const [, command = '', words = ''] = /^(.*?)( \([^()]*\))?$/.exec(fix) ?? [];
  return COMMAND.test(fix) ? `\`${command}\`${words}` : fix;
}

export const toTroubleRows = (): string[] =>
  Object.entries(TROUBLES).map(
    ([code, { meaning, fixes }]) =>
      `| <a id="${code.replace('doctor/', '')}"></a>\`${code}\` | ${escapeBars(meaning)} | ${escapeBars(fixes.map(toCure).join('; or '))} |`,
  );

export const toTopicRows = (): string[] =>
  Object.entries(TOPICS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);

if (import.meta.main) console.log([...toTroubleRows(), '', ...toTopicRows()].join('\n'));
