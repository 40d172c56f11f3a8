/** Figures are printed as ratios to a reference of the same run, because absolute times vary on a shared machine. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Measured in the same run. */
  readonly reference?: { readonly what: string; readonly value: number } | undefined;
  /** In words, for instance `at most 1.3 times`. */
  readonly aim?: string | undefined;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  measure(): Promise<readonly Figure[]>;
}

const round = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function toLine({ what, value, unit, reference, aim }: Figure): string {
  const ratio =
    reference === undefined
      ? ''
      : ` | ${round(value / reference.value)} of ${reference.what} (${round(reference.value)} ${unit})`;
  return `  ${what}: ${round(value)} ${unit}${ratio}${aim === undefined ? '' : ` | aim: ${aim}`}`;
}

export function print(section: Section, figures: readonly Figure[]): void {
  console.log(`\n${section.title}`);
  for (const figure of figures) console.log(toLine(figure));
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new Error('no values to take a quantile of');
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
