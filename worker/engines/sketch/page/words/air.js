/** Words for light and air, by category and concept. Plurals in -s, -es and -ies are recognised. */
export const AIR = {
  time: {
    dawn: 'dawn|sunrise|daybreak|morning|first light|early light',
    day: 'day|daytime|noon|midday|daylight|afternoon|sunny|sunshine|sunlit|bright sky|blue sky',
    sunset: 'sunset|sundown|golden hour|evening glow|sunsets|setting sun',
    dusk: 'dusk|twilight|evening|blue hour|nightfall|gloaming',
    night: 'night|midnight|nighttime|nocturnal|moonlit|moonlight|starry|night sky|after dark',
  },
  weather: {
    rain: 'rain|rainy|raining|rainfall|drizzle|shower|downpour|monsoon',
    snow: 'snow|snowy|snowing|snowfall|blizzard|snowstorm|snow covered|snowflake',
    fog: 'fog|foggy|mist|misty|haze|hazy',
    storm: 'storm|stormy|thunderstorm|lightning|thunder|tempest|hurricane',
    clouds: 'cloud|cloudy|overcast|cumulus|cloudscape',
    clear: 'clear sky|cloudless|clear|clear skies',
    rainbow: 'rainbow',
    aurora: 'aurora|northern lights|aurora borealis|polar light',
    wind: 'wind|windy|breeze|breezy',
  },
  season: {
    spring: 'spring|springtime|cherry blossom|blossom|sakura|blooming',
    summer: 'summer|summertime|tropical',
    autumn:
      'autumn|autumnal|fall leaves|fall colors|fall colours|fall foliage|in fall|autumn leaf|autumn leaves|october',
    winter: 'winter|wintry|frozen|frosty|icy|christmas|xmas|snowman|ski',
  },
  sky: {
    stars: 'star|starry|starlight|constellation|starfield|stargazing|night sky',
    milkyway: 'milky way|galaxy sky|galactic',
    moon: 'moon|moonlit|moonlight|crescent|full moon|moonrise',
    planet: 'planet|saturn|jupiter|ringed planet|two moons|alien world|alien planet',
    sun: 'sun|sunny|sunshine|sunlight|sunbeam|rising sun|setting sun',
    comet: 'comet|meteor|shooting star|meteor shower|falling star',
  },
};
