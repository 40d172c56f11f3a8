/** Words for numbers up to 19, in order from one. Languages that write ages in digits are left out. */
const COUNTING = [
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  'uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve',
  'un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize',
  'ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn',
  'um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove',
  'uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
  'een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien',
  'один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать',
  'jeden dwa trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie pietnascie szesnascie siedemnascie osiemnascie dziewietnascie',
];

/** Words for tens, in order from twenty. */
const TENS = [
  'twenty thirty forty fifty sixty seventy eighty ninety',
  'veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
  'vingt trente quarante cinquante soixante',
  'vinte trinta quarenta cinquenta sessenta',
  'двадцать тридцать сорок пятьдесят шестьдесят',
  'dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat',
];

/** Ordinals of birthdays and school years, in order from first. */
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth';

const numbered = (list: string): [string, number][] => list.split(' ').map((word, index) => [word, index + 1]);

export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(COUNTING.flatMap(numbered));
export const ORDINAL_WORDS: ReadonlyMap<string, number> = new Map(numbered(ORDINALS));
/** Words after which a smaller number follows: `twenty five`, `dix huit`. */
export const TENS_WORDS: ReadonlyMap<string, number> = new Map([
  ...TENS.flatMap((list) => list.split(' ').map((word, index): [string, number] => [word, (index + 2) * 10])),
  ['dix', 10],
]);
