import { StringDecoder } from 'node:string_decoder';

/** Enough for a preview, which comes in one line as base64. */
const MAX_LINE_CHARACTERS = 32 * 1024 * 1024;

/** Newline-delimited text, line by line. Text after the last newline is dropped. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.write(chunk);
    if (rest.length > MAX_LINE_CHARACTERS) throw new Error('a line is too long');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
