/** Reads pairs of characters, separated by spaces. The first of each pair is read as the second. */
function pairs(list: string): [string, string][] {
  return list.split(' ').map((pair) => {
    const [from = '', ...to] = pair;
    return [from, to.join('')];
  });
}

/** Letters that Unicode's normalisation does not turn into plain Latin. Small capitals and phonetic letters are known tricks. */
export const LATIN_VARIANTS: ReadonlyMap<string, string> = new Map(
  pairs(
    'ıi øo łl đd ðd ħh ŧt ŋn ßss æae œoe þth ɑa ɐa ɒa ɓb ɕc ɖd ɗd əe ɛe ɜe ɡg ɢg ɣy ɦh ɨi ɩi ɪi ɫl ɭl ɯm ɱm ɲn ɴn ɵo ʀr ' +
      'ɹr ɾr ʁr ʂs ʃs ʇt ʈt ʉu ʊu ʋv ʌv ʍw ʏy ʐz ʙb ʜh ʝj ʟl ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ᵻi ᶅl ꜰf ꜱs ꞁl ' +
      // Letters with strokes, hooks, tails and loops, turned or reversed.
      'ƀb ƃb ƅb ƈc ƌd ƒf ƙk ƚl ƞn ƥp ƨs ƫt ƭt ƴy ƶz ǝe ǥg ȡd ȥz ȴl ȵn ȶt ȷj ȼc ȿs ɀz ɇe ɉj ɋq ɍr ɏy ɔo ɘe ' +
      'ɚe ɝe ɞe ɟj ɠg ɥh ɬl ɮl ɰm ɳn ɶoe ɺr ɻr ɼr ɽr ɿr ʄj ʆs ʎy ʑz ʒz ʓz ʚe ʛg ʞk ʠq ʣdz ʥdz ʦts ʧts ᴁae ' +
      'ᴃb ᴆd ᴌl ᴎn ᴐo ᴑo ᴓo ᴔoe ᴙr ᴚr ᴝu ᴣz ᵬb ᵭd ᵮf ᵯm ᵰn ᵱp ᵲr ᵳr ᵴs ᵵt ᵶz ᵹg ᵼi ᵽp ᵾu ᵿu ᶀb ᶁd ᶂf ᶃg ᶄk ' +
      'ᶆm ᶇn ᶈp ᶉr ᶊs ᶋs ᶌv ᶍx ᶎz ᶏa ᶐa ᶑd ᶒe ᶓe ᶔe ᶕe ᶖi ᶗo ᶙu ⱡl ⱥa ⱦt ⱨh ⱪk ⱬz ⱱv ⱳw ⱴv ⱶh ⱸe ⱹr ⱺo ꝁk ' +
      'ꝃk ꝅk ꝇl ꝉl ꝋo ꝍo ꝑp ꝓp ꝕp ꝗq ꝙq ꝛr ꝟv ꞑn ꞓc ꞔc ꞗb ꞙf ꞛa ꞝo ꞟu ꞡg ꞣk ꞥn ꞧr ꞩs ꬰa ꬲe ꬳe ꬴe ꬵf ꬶg ꬷl ' +
      'ꬸl ꬹl ꬺm ꬻn ꬼn ꬽo ꬾo ꭅr ꭆr ꭇr ꭈr ꭉr ꭋr ꭎu ꭏu ꭐu ꭑu ꭒu ꭖx ꭗx ꭘx ꭙx ꭚy ẜs ẝs ỿy',
  ),
);

/**
 * Letters (Spanish ñ, Cyrillic, Greek, Armenian) that look like a plain Latin one: the lower-case part of Unicode's
 * confusables.txt, and what people use besides. They are real letters of Russian or Greek words, so they only give a
 * second reading.
 */
const FOREIGN_LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  pairs(
    'ñn аa вb бb сc дd еe єe эe зe нh һh іi ӏl јj кk мm оo пn рp ѕs тt уy хx цu гr иn ԁd ԛq ԝw ѵv шw ' +
      'αa βb γy δd εe ηn ιi κk λl μu νv οo πn ρp ςs σs τt υu χx ωw աa օo սu հh ոn ցg զq յj քp էe',
  ),
);

/** Digits and signs that people write for a letter inside a word. */
const STAND_INS: ReadonlyMap<string, string> = new Map(pairs('0o 1l 2z 3e 4a 5s 6g 7t 8b 9g @a $s €e £l !l |l +t'));

/**
 * The shape of a word, by which disguised words are compared with the vocabulary: stand-ins become letters, and i and l
 * become the same, because 1, ! and | may be either.
 */
export function toShape(word: string): string {
  let shape = '';
  for (const character of word) {
    const letter = STAND_INS.get(character) ?? character;
    shape += letter === 'i' ? 'l' : letter;
  }
  return shape;
}

/** The word in Latin letters, if all its other letters are look-alikes. Undefined for any other word. */
export function toLatin(word: string): string | undefined {
  let latin = '';
  let replaced = false;
  for (const character of word) {
    const letter = FOREIGN_LOOK_ALIKES.get(character);
    if (letter === undefined && !/[\da-z]/.test(character)) return undefined;
    replaced ||= letter !== undefined;
    latin += letter ?? character;
  }
  return replaced ? latin : undefined;
}
