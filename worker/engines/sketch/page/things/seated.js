import { darken, mix } from '../colour.js';
import { dress } from '../subjects/accessories.js';
import { drawCritter } from '../subjects/critter.js';

/**
 * @import { Coat } from '../subjects/critter.js'
 * @import { ThingName } from './names.d.ts'
 * @import { Body, ThingRecord, ThingWords } from './record.d.ts'
 */

/**
 * An animal that sits like a fox, in its own coat or mixed with a colour that the prompt names.
 * @param {ThingWords & { tall: number }} about
 * @param {Coat} coat
 * @param {number} [share] how much of a named colour it takes, 0 to 1: "a red fox" keeps the red that foxes have
 * @returns {Body}
 */
const seated = (about, coat, share = 0.82) => ({
  ...about,
  draw: (sheet, scene, _random, colour) => {
    const painted = colour
      ? { ...coat, coat: mix(coat.coat, colour, share), dark: mix(coat.dark, darken(colour, 0.6), share * 0.6) }
      : coat;
    drawCritter(sheet, painted);
    dress(sheet, scene);
  },
});

/** @satisfies {Partial<Record<ThingName, ThingRecord>>} */
export const SEATED = {
  fox: seated(
    {
      words: 'fox|vixen',
      otherLanguages: 'zorro|renard|fuchs|raposa|volpe|лиса|лисица|лису|狐狸|狐|キツネ|きつね',
      home: ['forest', 'meadow'],
      tall: 46,
    },
    {
      coat: '#d9622b',
      pale: '#fbf1e4',
      dark: '#33242a',
      ears: 'pointed',
      head: 'sharp',
      tail: 'brush',
      socks: true,
      mark: 'cheeks',
    },
    0.25,
  ),
  wolf: seated(
    {
      words: 'wolf|wolves|husky|coyote',
      otherLanguages: 'lobo|loup|lupo|волк|волка|狼|オオカミ',
      home: ['forest', 'mountains'],
      tall: 46,
    },
    {
      coat: '#7d8797',
      pale: '#eef0f2',
      dark: '#363c49',
      ears: 'pointed',
      head: 'sharp',
      tail: 'brush',
      socks: false,
      mark: 'cheeks',
    },
  ),
  cat: seated(
    {
      words: 'cat|kitten|kitty|feline|tabby',
      otherLanguages:
        'gato|gata|un chat|le chat|petit chat|chaton|katze|katzchen|gatto|кот|кошка|кота|котенок|猫|ネコ|ねこ',
      home: 'backdrop',
      tall: 46,
    },
    {
      coat: '#e39a4c',
      pale: '#fdf0dc',
      dark: '#8a5426',
      ears: 'pointed',
      head: 'broad',
      tail: 'whip',
      socks: false,
      mark: 'tabby',
    },
  ),
  dog: seated(
    {
      words: 'dog|puppy|hound|corgi|shiba|shiba inu|retriever|doggo|terrier|labrador',
      otherLanguages: 'perro|chien|hund|cachorro|cane|собака|пес|щенок|狗|犬|イヌ',
      home: 'backdrop',
      tall: 46,
    },
    {
      coat: '#c98f57',
      pale: '#fbeedb',
      dark: '#6b4429',
      ears: 'folded',
      head: 'broad',
      tail: 'curl',
      socks: true,
      mark: 'muzzle',
    },
  ),
  bear: seated(
    {
      words: 'bear|grizzly|teddy|teddy bear',
      otherLanguages: 'oso|ours|bar im wald|urso|orso|медведь|熊|クマ',
      home: ['mountains', 'forest'],
      tall: 46,
    },
    {
      coat: '#8a5c3e',
      pale: '#d9b48c',
      dark: '#4a3022',
      ears: 'round',
      head: 'round',
      tail: 'puff',
      socks: false,
      mark: 'snout',
    },
  ),
  panda: seated(
    { words: 'panda', otherLanguages: 'панда|熊猫|パンダ', home: 'backdrop', tall: 46 },
    {
      coat: '#f5f2ec',
      pale: '#ffffff',
      dark: '#2f2d36',
      ears: 'round',
      head: 'round',
      tail: 'puff',
      socks: true,
      mark: 'patches',
    },
  ),
  rabbit: seated(
    {
      words: 'rabbit|bunny|hare',
      otherLanguages: 'conejo|lapin|hase|kaninchen|coelho|coniglio|кролик|заяц|兔子|兔|ウサギ|うさぎ',
      home: ['meadow', 'flowers'],
      tall: 34,
    },
    {
      coat: '#b99b84',
      pale: '#f7ece2',
      dark: '#7a5f4d',
      ears: 'long',
      head: 'broad',
      tail: 'puff',
      socks: false,
      mark: 'muzzle',
    },
  ),
  lion: seated(
    { words: 'lion|lioness', otherLanguages: 'leon|lowe|leao|leone|лев|狮子|ライオン', home: 'backdrop', tall: 46 },
    {
      coat: '#dba653',
      pale: '#f8e6c2',
      dark: '#8a4a24',
      ears: 'round',
      head: 'broad',
      tail: 'whip',
      socks: false,
      mark: 'mane',
    },
  ),
  tiger: seated(
    { words: 'tiger', home: 'backdrop', tall: 46 },
    {
      coat: '#e58a33',
      pale: '#fdf3e4',
      dark: '#2e2528',
      ears: 'round',
      head: 'broad',
      tail: 'whip',
      socks: false,
      mark: 'stripes',
    },
  ),
  raccoon: seated(
    { words: 'raccoon|red panda|badger', home: 'backdrop', tall: 46 },
    {
      coat: '#8d8f99',
      pale: '#f1efec',
      dark: '#32323c',
      ears: 'round',
      head: 'sharp',
      tail: 'brush',
      socks: true,
      mark: 'mask',
    },
  ),
  koala: seated(
    { words: 'koala', home: 'backdrop', tall: 46 },
    {
      coat: '#98a1ad',
      pale: '#eceef0',
      dark: '#4b515c',
      ears: 'wide',
      head: 'round',
      tail: 'puff',
      socks: false,
      mark: 'snout',
    },
  ),
  mouse: seated(
    { words: 'mouse|mice|hamster', home: 'backdrop', tall: 30 },
    {
      coat: '#a99f9c',
      pale: '#f3e6e2',
      dark: '#6a5f5e',
      ears: 'wide',
      head: 'sharp',
      tail: 'whip',
      socks: false,
      mark: 'muzzle',
    },
  ),
  pig: seated(
    { words: 'pig|piglet', home: 'backdrop', tall: 46 },
    {
      coat: '#f0aeb2',
      pale: '#f9d3d2',
      dark: '#c0767f',
      ears: 'folded',
      head: 'round',
      tail: 'curl',
      socks: false,
      mark: 'snout',
    },
  ),
};
