import { paintBalloons, paintBirds, paintFlyers, paintFlyingCars, paintSmallFlyers } from './layers/airborne.js';
import { paintCanyon, paintDunes, paintVolcano } from './layers/arid.js';
import { paintBoats, paintCar } from './layers/boats.js';
import { paintBridge } from './layers/bridge.js';
import { paintCastleHill, paintPagoda, paintVillage, paintWindmill } from './layers/buildings.js';
import { paintCamp } from './layers/camp.js';
import { paintCity, paintStreet } from './layers/city.js';
import { paintClouds } from './layers/clouds.js';
import { paintCreatures, paintLeapingFish, paintSkyWhale, paintWhale } from './layers/creatures.js';
import { paintFoothills, paintForest, paintFrameTrees, paintScatteredTrees, paintWoodEdge } from './layers/forest.js';
import { paintGlowing } from './layers/glowing.js';
import { paintHills, paintNearBank } from './layers/ground.js';
import { paintFloatingIslands, paintIsland } from './layers/isles.js';
import { paintLighthouse } from './layers/lighthouse.js';
import { paintMountains } from './layers/mountains.js';
import { paintPyramids } from './layers/pyramids.js';
import { paintRiver, paintRoad } from './layers/ribbons.js';
import { paintBeach, paintIcebergs } from './layers/shore.js';
import { paintMoon, paintPlanet, paintRainbow, paintSky, paintSun } from './layers/sky.js';
import { paintAurora, paintMilkyWay, paintStars } from './layers/stars.js';
import { paintGlitter, paintRipples, paintWater, paintWaves } from './layers/water.js';
import { paintWaterfall } from './layers/waterfall.js';
import { paintDrift, paintFog, paintLightning, paintMotes, paintRain, paintSnowfall } from './layers/weather.js';
import { bodiesIn, needsLayer } from './things/index.js';

/**
 * @import { ThingName } from './things/names.d.ts'
 * @import { Paint, Scene } from './types.d.ts'
 */

/** @typedef {[wanted: boolean, name: string, paint: Paint]} Choice */

/** @param {Scene} scene @returns {(...names: string[]) => boolean} whether any of these places is in it */
export const placesOf =
  (scene) =>
  (...names) =>
    names.some((name) => scene.places.includes(name));

/** @param {Scene} scene @returns {(...names: ThingName[]) => boolean} */
const thingsOf =
  (scene) =>
  (...names) =>
    scene.things.some((thing) => names.includes(thing.name));

/** @param {Scene} scene @returns {Choice[]} */
function skyChoices(scene) {
  const { time, weather, sky, without } = scene;
  const dark = time === 'night' || time === 'dusk';
  const clear = (/** @type {string} */ name) => !without.includes(name);
  const covered = weather.includes('storm') || weather.includes('rain');
  const moon =
    (time === 'night' || sky.includes('moon')) &&
    clear('moon') &&
    !sky.includes('milkyway') &&
    !(covered && !sky.includes('moon'));
  return [
    [true, 'sky', paintSky],
    [(dark || sky.includes('stars')) && clear('stars') && !covered, 'stars', paintStars],
    [sky.includes('milkyway'), 'milky way', paintMilkyWay],
    [sky.includes('planet'), 'planet', paintPlanet],
    [moon, 'moon', paintMoon],
    [!dark && clear('sun') && (!covered || sky.includes('sun')), 'sun', paintSun],
    [weather.includes('aurora'), 'aurora', paintAurora],
    [!weather.includes('clear') && clear('clouds') && !sky.includes('milkyway'), 'clouds', paintClouds],
    [weather.includes('storm') && clear('lightning'), 'lightning', paintLightning],
    [weather.includes('rainbow'), 'rainbow', paintRainbow],
  ];
}

/** @param {Scene} scene what stands far off, on the horizon @returns {Choice[]} */
function farChoices(scene) {
  const has = placesOf(scene);
  return [
    [has('mountains'), 'mountains', paintMountains],
    [has('volcano'), 'volcano', paintVolcano],
    [has('canyon'), 'canyon', paintCanyon],
    [has('city') && isWet(scene), 'city', paintCity],
  ];
}

/** @param {Scene} scene */
const isWet = (scene) =>
  placesOf(scene)('lake', 'sea', 'beach', 'island', 'iceberg', 'lighthouse') ||
  (placesOf(scene)('city') && !placesOf(scene)('street', 'road', 'river', 'desert') && bodiesIn(scene).length === 0) ||
  (placesOf(scene)('bridge') && !placesOf(scene)('river')) ||
  // A boat in the mountains needs water.
  (thingsOf(scene)('boat', 'ship', 'fish') && !placesOf(scene)('desert', 'road', 'street', 'river'));

/** @param {Scene} scene what stands on the land, or on the far bank @returns {Choice[]} */
function buildingChoices(scene) {
  const has = placesOf(scene);
  return [
    [has('castle'), 'castle', paintCastleHill],
    [has('pagoda'), 'pagoda', paintPagoda],
    [has('village', 'house'), 'village', paintVillage],
    [has('windmill'), 'windmill', paintWindmill],
  ];
}

/** @param {Scene} scene @returns {Choice[]} */
function waterChoices(scene) {
  const has = placesOf(scene);
  const open = has('sea', 'island', 'iceberg', 'lighthouse', 'bridge', 'city') && !has('lake');
  return [
    [
      has('lake', 'forest', 'pine', 'hills', 'village', 'house', 'mountains') &&
        !has('city', 'iceberg', 'floating') &&
        !scene.without.includes('trees'),
      'wood edge',
      paintWoodEdge,
    ],
    ...buildingChoices(scene),
    [has('bridge'), 'bridge', paintBridge],
    [true, 'water', paintWater],
    [has('sea', 'island', 'iceberg', 'lighthouse', 'beach') && !has('city', 'lake'), 'waves', paintWaves],
    [true, 'ripples', paintRipples],
    [!scene.weather.includes('storm') && !scene.weather.includes('rain'), 'glitter', paintGlitter],
    [has('iceberg'), 'icebergs', paintIcebergs],
    [has('island'), 'island', paintIsland],
    [has('lighthouse', 'cliff'), 'lighthouse', has('lighthouse') ? paintLighthouse : paintNearBank],
    [needsLayer(scene, 'boats'), 'boats', paintBoats],
    [needsLayer(scene, 'whale'), 'whale', paintWhale],
    [needsLayer(scene, 'fish'), 'fish', paintLeapingFish],
    [has('beach'), 'beach', paintBeach],
    [!has('beach') && (!open || bodiesIn(scene).length > 0), 'near bank', paintNearBank],
  ];
}

/** @param {Scene} scene @returns {Choice[]} */
function landChoices(scene) {
  const has = placesOf(scene);
  const wooded = !scene.without.includes('trees');
  const arid = has('desert', 'dunes', 'pyramid', 'canyon', 'cactus');
  const bare = !has(
    'hills',
    'meadow',
    'flowers',
    'village',
    'house',
    'river',
    'road',
    'castle',
    'windmill',
    'wheat',
    'trees',
    'waterfall',
  );
  return [
    [has('pyramid'), 'pyramids', paintPyramids],
    [arid, 'dunes', paintDunes],
    [has('forest') && !arid && !has('city', 'waterfall'), 'forest', paintForest],
    [has('mountains', 'volcano') && bare && wooded && !arid && !has('forest', 'city'), 'foothills', paintFoothills],
    [
      !arid && !has('city') && (!has('forest') || has('waterfall')) && !(has('mountains', 'volcano') && bare && wooded),
      'hills',
      paintHills,
    ],
    [has('waterfall'), 'waterfall', paintWaterfall],
    [has('river', 'waterfall'), 'river', paintRiver],
    [has('road') && !has('city'), 'road', paintRoad],
    ...buildingChoices(scene),
    [has('city'), 'city', paintCity],
    [needsLayer(scene, 'sky whale'), 'sky whale', paintSkyWhale],
    [has('city'), 'street', paintStreet],
    [has('trees', 'cactus') && !has('forest'), 'trees', paintScatteredTrees],
  ];
}

/** @param {Scene} scene @returns {Choice[]} */
function nearChoices(scene) {
  const { weather, season, moods, without, places } = scene;
  const has = placesOf(scene);
  const names = thingsOf(scene);
  const open =
    has('lake', 'mountains', 'pine', 'palm', 'cactus', 'waterfall') &&
    (!has('city', 'forest') || has('waterfall')) &&
    !without.includes('trees') &&
    !without.includes('pine');
  const isNamed = needsLayer(scene, 'birds');
  const birds =
    !without.includes('bird') &&
    (isNamed ||
      (scene.time !== 'night' &&
        !weather.includes('storm') &&
        !scene.styles.includes('minimal') &&
        names('flyingcar', 'dragon', 'ufo', 'plane') === false));
  return [
    [has('floating'), 'floating islands', paintFloatingIslands],
    [birds, 'birds', paintBirds],
    [needsLayer(scene, 'balloons'), 'balloons', paintBalloons],
    [needsLayer(scene, 'flyers'), 'flyers', paintFlyers],
    [needsLayer(scene, 'flying cars'), 'flying cars', paintFlyingCars],
    [open && (places.length < 4 || has('palm', 'pine')), 'frame trees', paintFrameTrees],
    [has('crystals', 'mushrooms'), 'glowing', paintGlowing],
    [needsLayer(scene, 'car') && !has('city'), 'car', paintCar],
    [needsLayer(scene, 'camp'), 'camp', paintCamp],
    [bodiesIn(scene).length > 0, 'creatures', paintCreatures],
    [needsLayer(scene, 'small flyers'), 'small flyers', paintSmallFlyers],
    [needsLayer(scene, 'motes') || moods.includes('magical'), 'motes', paintMotes],
    [weather.includes('fog'), 'fog', paintFog],
    [weather.includes('rain') || weather.includes('storm'), 'rain', paintRain],
    [weather.includes('snow') || (season === 'winter' && !without.includes('snow')), 'snow', paintSnowfall],
    [(season === 'autumn' || season === 'spring') && !without.includes('autumn'), 'drift', paintDrift],
  ];
}

/**
 * An outdoor picture from the back to the front.
 * @param {Scene} scene
 * @returns {Choice[]}
 */
export function landscapeChoices(scene) {
  const ground = isWet(scene) ? waterChoices(scene) : landChoices(scene);
  return [...skyChoices(scene), ...farChoices(scene), ...ground, ...nearChoices(scene)];
}
