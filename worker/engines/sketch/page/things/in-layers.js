/**
 * @import { ThingName } from './names.d.ts'
 * @import { ThingRecord } from './record.d.ts'
 */

/** Things that a layer of the picture draws in its own way: in the air, in the water, or part of the place. @satisfies {Partial<Record<ThingName, ThingRecord>>} */
export const IN_LAYERS = {
  whale: {
    words: 'whale|orca|humpback|dolphin',
    otherLanguages: 'ballena|baleine|wal|baleia|balena|кит|鲸|鲸鱼|クジラ',
    home: ['sea'],
    layers: ['whale', 'sky whale', 'swimmers'],
  },
  fish: {
    words: 'fish|goldfish|koi|school of fish|clownfish',
    otherLanguages: 'pez|peces|poisson|fisch|peixe|pesce|рыба|рыбы|鱼|魚',
    home: 'underwater',
    layers: ['fish', 'swimmers'],
  },
  jellyfish: {
    words: 'jellyfish|medusa|jelly fish',
    home: 'underwater',
    layers: ['swimmers'],
  },
  turtle: {
    words: 'turtle|sea turtle|tortoise',
    home: 'underwater',
    layers: ['swimmers'],
  },
  dragon: {
    words: 'dragon|wyvern',
    otherLanguages: 'drache|dragao|drago|дракон|дракона|龙|竜|龍|ドラゴン',
    home: ['mountains'],
    layers: ['flyers'],
  },
  butterfly: {
    words: 'butterfly|moth|monarch',
    otherLanguages: 'mariposa|papillon|schmetterling|borboleta|farfalla|бабочка|蝴蝶|蝶',
    home: ['meadow', 'flowers'],
    layers: ['small flyers'],
  },
  bird: {
    words: 'bird|seagull|gull|swallow|crow|raven|eagle|hawk|flock|seabird|goose|geese|crane|parrot|sparrow|dove|pigeon',
    otherLanguages: 'pajaro|pajaros|oiseau|oiseaux|vogel|passaro|uccello|птица|птицы|鸟|鳥',
    home: ['hills'],
    layers: ['birds'],
  },
  boat: {
    words: 'boat|rowboat|canoe|kayak|fishing boat|gondola|raft',
    otherLanguages: 'barco|barca|bateau|boot|лодка|船|ボート',
    home: ['lake', 'mountains'],
    layers: ['boats'],
  },
  ship: {
    words: 'ship|sailboat|sailing ship|sailing boat|yacht|sail|galleon|pirate ship|vessel|tall ship|regatta',
    otherLanguages: 'velero|voilier|segelboot|segelschiff|schiff|veleiro|корабль|парусник|帆船',
    home: ['sea'],
    layers: ['boats'],
  },
  balloon: {
    words: 'balloon|hot air balloon|air balloon',
    otherLanguages: 'globo|montgolfiere|heissluftballon|balao|mongolfiera|воздушный шар|热气球|気球',
    home: ['hills', 'mountains'],
    layers: ['balloons'],
  },
  plane: {
    words: 'plane|airplane|aeroplane|aircraft|jet|biplane',
    home: ['mountains'],
    layers: ['flyers'],
  },
  rocket: {
    words: 'rocket|spaceship|spacecraft|starship|space shuttle|rocket ship|space ship',
    otherLanguages: 'cohete|fusee|rakete|foguete|razzo|ракета|火箭|ロケット',
    home: ['desert'],
    layers: ['flyers'],
  },
  ufo: {
    words: 'ufo|flying saucer|alien ship|alien spaceship',
    home: ['desert', 'hills'],
    layers: ['flyers'],
  },
  flyingcar: {
    words: 'flying car|hover car|hovercar|flying vehicle|airship',
    home: ['city'],
    layers: ['flying cars'],
  },
  car: {
    words: 'car|automobile|sports car|convertible|vehicle|van|truck',
    home: ['road', 'mountains'],
    layers: ['car'],
  },
  lantern: {
    words: 'lantern|sky lantern|paper lantern',
    home: ['lake', 'hills'],
    layers: ['small flyers'],
    bringsDusk: true,
  },
  fireflies: {
    words: 'firefly|glowworm|magic dust|sparkle|glowing particle',
    home: ['forest', 'meadow'],
    layers: ['motes'],
    bringsDusk: true,
  },
  campfire: {
    words: 'campfire|bonfire|fire|camp fire',
    home: ['forest', 'mountains'],
    layers: ['camp'],
    bringsDusk: true,
  },
  tent: {
    words: 'tent|camping|camp',
    home: ['forest', 'mountains'],
    layers: ['camp'],
  },
};
