const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** After a number these words alone make an age. */
export const AGE_UNITS = words(
  'yo yos yearold yearolds yearsold yrold yrsold ans anni anos años лет года годика lat letni letnia letnie jahrige jahriges ' +
    'jahriger jahrigen jahrig jaehrige jaehriges jaehriger jaehrig jarige jarig yasinda yasindaki साल वर्षीय वर्ष سنه ' +
    'سنة سنوات عاما عام tahun',
);
/** These need one of the next list after them: `years old`, `Jahre alt`. */
export const YEAR_UNITS = words('year years yr yrs y jahre jahren jaar');
export const SHORTER_UNITS = words('month months week weeks day days monate wochen maanden weken');
export const OLD = words('old olds o of young alt oud');
/** Before a number these make an age: `aged`, `age of`. */
export const AGE_WORDS = words('age aged ages edad idade eta alter leeftijd wiek возраст возрасте umur usia');
export const AGE_FILLERS = words('of is de di von van');
/** Before a plain number: `girl 15`. People are not counted in this order. */
export const PERSONS = words('girl boy female male');
/** The same, but only if a comma or the end follows the number. */
export const PERSONS_BEFORE_BREAK = words(
  'girls boys she shes he hes is im looks turned turning person model woman man',
);
/** Words for passed time rather than an age. */
export const AGO_BEFORE = words('hace ha vor depuis seit durante pendant desde');
export const AGO_AFTER = words('fa назад atras despues depois antes geleden temu yang later');
/** Things whose age people write. */
export const THINGS = words(
  'whisky whiskey malt single scotch bourbon wine rum cognac cheese port car truck van tractor house home building barn castle church ' +
    'tree oak bonsai dog puppy cat kitten horse mare stallion foal pony company brand business boat ship motorcycle bike ' +
    'guitar violin sofa computer laptop tradition recipe sourdough',
);
export const SCHOOL_YEARS = words('grade grader graders birthday');
