import { COMMANDS, OPTIONS, type OptionInfo } from './options.ts';

const toLines = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
};

export function toOptionLines(table: Readonly<Record<string, OptionInfo>>): string {
  return toLines(
    Object.entries(table).map(([name, { short, value, choices, help }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      choices === undefined ? help : `${help} (${choices.join(', ')})`,
    ]),
  );
}

export const HELP = `easel: a prompt in, a picture out

  easel "a red fox" -o fox.png --shape landscape --seed 7
  easel -n 4 -o fox.png "a red fox"             four pictures: fox-1.png to fox-4.png
  easel - -o out.png < prompts.txt              one prompt a line
  easel -- serve                                a prompt that is also a command

Commands
${toLines(Object.entries(COMMANDS))}

Options
${toOptionLines(OPTIONS)}

Environment
${toLines([
  ['EASEL_URL', 'the gateway'],
  ['EASEL_KEY', 'the API key, where the gateway asks for one'],
])}

The picture's address goes to standard output, everything else to standard error. Ctrl-C cancels the job.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 69 unreachable, 75 busy or quota used up (try later), 130 interrupted.
`;
