import { EXIT, Failure } from './failure.ts';
import { COMMANDS, OPTIONS, type OptionInfo } from './options.ts';

/** Shell completions, made from the table of options. */

const SHELLS: Readonly<Record<string, () => string>> = { bash: toBash, zsh: toZsh, fish: toFish };

export function completion([shell = '', ...more]: readonly string[]): string {
  const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (make !== undefined && more.length === 0) return make();
  throw new Failure(EXIT.usage, 'easel completion takes one of bash, zsh, fish.\n  source <(easel completion bash)');
}

const options: ReadonlyArray<readonly [name: string, info: OptionInfo]> = Object.entries(OPTIONS);
const commands = Object.entries(COMMANDS);

function toBash(): string {
  const flags = options.flatMap(([name, { short }]) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
  const cases = options.flatMap(([name, { short, value, choices, isFile }]) => {
    if (value === undefined) return [];
    const words = choices === undefined ? '' : `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); `;
    const files = isFile ? 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); ' : '';
    return [`    --${name}${short === undefined ? '' : `|-${short}`}) ${words}${files}return ;;`];
  });
  return `_easel() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
${cases.join('\n')}
    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")); return ;;
  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W '${flags.join(' ')}' -- "$cur")) ;;
    *) [ "$COMP_CWORD" -eq 1 ] && COMPREPLY=($(compgen -W '${Object.keys(COMMANDS).join(' ')}' -- "$cur")) ;;
  esac
  return 0
}
complete -F _easel easel
`;
}

/** In single quotes, escaped as bash, zsh and fish read them. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

function toZsh(): string {
  const specs = options.map(([name, { short, value, choices, isFile, help }]) => {
    const action = choices === undefined ? (isFile ? '_files' : '') : `(${choices.join(' ')})`;
    const argument = value === undefined ? '' : `:${value}:${action}`;
    const names = short === undefined ? `--${name}` : `(-${short} --${name})'{-${short},--${name}}'`;
    return `    ${quoted('@').replace('@', () => `${names}[${zshText(help).replaceAll("'", "'\\''")}]${argument}`)}`;
  });
  const words = commands.map(([name, help]) => quoted(`${name}:${zshText(help)}`));
  return `#compdef easel
_easel() {
  local -a commands
  commands=(${words.join(' ')})
  _arguments -s \\
${specs.join(' \\\n')} \\
    '1: :{_describe command commands}'
}
compdef _easel easel
`;
}

function toFish(): string {
  const lines = options.map(([name, { short, value, choices, isFile, help }]) => {
    const words = choices === undefined ? '' : ` -a ${quoted(choices.join(' '))}`;
    const argument = value === undefined ? '' : isFile ? ' -r -F' : ` -x${words}`;
    return `complete -c easel${short === undefined ? '' : ` -s ${short}`} -l ${name}${argument} -d ${quoted(help)}`;
  });
  const words = commands.map(
    ([name, help]) => `complete -c easel -n __fish_use_subcommand -a ${name} -d ${quoted(help)}`,
  );
  const shells = `complete -c easel -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'`;
  return `${['complete -c easel -f', ...lines, ...words, shells].join('\n')}\n`;
}
