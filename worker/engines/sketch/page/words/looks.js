/** Words for manner and mood, and colours by name. */
export const LOOKS = {
  style: {
    watercolor: 'watercolor|watercolour|aquarelle|gouache|water color',
    oil: 'oil painting|oil|impressionist|impressionism|van gogh|monet|painterly|brushstroke|brush stroke|acrylic|expressionist',
    ink: 'ink|pen and ink|ink drawing|sumi e|line art|pencil|charcoal|sketch|etching|engraving|woodcut',
    monochrome: 'monochrome|black and white|grayscale|greyscale|noir|b w|bw',
    sepia: 'sepia|daguerreotype|old photo|old photograph',
    minimal: 'minimal|minimalist|minimalism|minimalistic|simple|flat design',
    neon: 'neon|cyberpunk|synthwave|vaporwave|outrun|blade runner|retrowave|cyber',
    pastel: 'pastel|soft colors|soft colours|kawaii|pastel color|pastel colour',
    retro: 'retro|vintage|travel poster|mid century|70s|80s|1970s|1950s|poster|art deco',
    pixel: 'pixel art|pixel|8 bit|8bit|16 bit|voxel|pixelated',
  },
  mood: {
    magical:
      'magical|magic|fantasy|enchanted|mystical|fairy|fairytale|fairy tale|dreamy|dreamlike|whimsical|ethereal|surreal|mythical|wonderland|dream',
    futuristic: 'futuristic|future|sci fi|scifi|science fiction|high tech|space age|utopia|utopian',
    calm: 'serene|calm|peaceful|tranquil|quiet|serenity|gentle|relaxing|zen|still',
    gloomy: 'gloomy|dark|spooky|moody|haunted|eerie|ominous|gothic|horror|scary|creepy|grim|dystopian|sinister',
    vivid: 'vivid|vibrant|colorful|colourful|saturated|bright|bold',
    romantic: 'romantic|love|romance|cozy|cosy|warm',
    epic: 'epic|dramatic|majestic|grand|breathtaking|cinematic',
  },
  colour: {
    red: 'red|crimson|scarlet|ruby',
    orange: 'orange|tangerine|amber|ginger',
    yellow: 'yellow|lemon yellow',
    gold: 'gold|golden',
    green: 'green|emerald|lime|olive',
    teal: 'teal|turquoise|cyan|aqua',
    blue: 'blue|azure|navy|cobalt|sapphire|indigo',
    purple: 'purple|violet|lilac|mauve|lavender color|magenta',
    pink: 'pink|rose pink|fuchsia|salmon',
    brown: 'brown|chocolate|bronze|chestnut|copper|tan|beige',
    white: 'white|ivory|snow white|pale',
    black: 'black|ebony|jet black',
    grey: 'gray|grey|silver|ash',
  },
  bloom: {
    sunflower: 'sunflower',
    poppy: 'poppy',
    lavender: 'lavender|bluebell|violets',
    tulip: 'tulip',
    rose: 'rose|roses',
    daisy: 'daisy|chamomile|lily',
    blossom: 'cherry blossom|blossom|sakura',
  },
};

/** Petals of the flowers known by name. @type {Record<string, string[]>} */
export const BLOOMS = {
  sunflower: ['#f6bd2c', '#f2a31f'],
  poppy: ['#dc3b2f', '#e8553f', '#c92f2f'],
  lavender: ['#9a7bd6', '#b79ae6', '#7d5fc0'],
  tulip: ['#e5484d', '#f4a03c', '#f6d34c', '#e87fae'],
  rose: ['#d1355a', '#ec7f9c', '#f7c6d0'],
  daisy: ['#fffaf2', '#fff1d8'],
  blossom: ['#f7b8cc', '#fbdbe4'],
};

/** @type {Record<string, string>} */
export const COLOURS = {
  red: '#cf3a32',
  orange: '#ee8434',
  yellow: '#f4cc45',
  gold: '#e2ab45',
  green: '#4f9a58',
  teal: '#2f9f9b',
  blue: '#3568b8',
  purple: '#7a4fb0',
  pink: '#ec7fa6',
  brown: '#8a5a3a',
  white: '#f4f1ea',
  black: '#2b2a33',
  grey: '#8d939e',
};
