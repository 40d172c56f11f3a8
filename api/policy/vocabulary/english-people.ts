import { terms, type Vocabulary } from './terms.ts';

/** Words for people. `minor` alone is left out, because music and details are called minor too. */
export const englishPeople: Vocabulary = {
  banned: terms(`
    loli, lolii, lolis, lolicon, lolicons, lolita porn, shota, shotas, shotacon, shotacons, toddlercon, jailbait,
    cunny, csam, pedo, pedos, pedophil*, paedo, paedophil*, pedobait, pedomom, child porn*, childporn*, kiddie porn*,
    kiddy porn*, kid porn*, teen porn*, teenporn*, preteen porn*, underage porn*, underage sex, child erotica,
    preteen model*, hot teen, hot teens, hot schoolgirl, hot schoolgirls, teen slut*, teen babe*`),
  minor: terms(`
    child, childs, children, childrens, kid, kids, kidz, kiddo, kiddos, kiddie*, kiddy, toddler, toddlers, infant,
    infants, baby, babies, newborn, newborns, preteen, preteens, pre teen, pre teens, preteenage*, tween, tweens,
    tweenie, teen, teens, teenage, teenaged, teenager, teenagers, teeny, teenie, teenybopper, adolescent, adolescents,
    adolescence, juvenile, juveniles, minors, minor girl*, minor boy*, minor child*, minor aged, female minor,
    male minor, nude minor, naked minor, sexy minor, minor nude, minor naked, underage, underaged, under age,
    under aged, under 18, under eighteen, below 18, younger than 18, less than 18, not yet 18, not 18, underage*,
    prepubescen*, prepubert*, pubescent, pre pubescent, preadolescent*, schoolgirl, schoolgirls, schoolboy, schoolboys,
    school girl, school girls, school boy, school boys, schoolchild*, school child, school children, schoolkid*,
    school kid, school kids, schoolage*, school age, school aged, preschool*, kindergart*, nursery school*,
    elementary school*, primary school*, grade school*, grade schooler*, middle school*, junior high, high school,
    high schools, high schooler*, highschool*, youngster, youngsters, first grade*, second grade*, third grade*,
    fourth grade*, fifth grade*, sixth grade*, seventh grade*, eighth grade*, ninth grade*, tenth grade*, little one,
    little ones, little girl, little girls, little boy, little boys, lil girl, lil girls, lil boy, lil boys,
    young girl, young girls, young boy, young boys, younger girl*, younger boy*, small girl, small girls, small boy,
    small boys, tiny girl, tiny girls, tiny boy, tiny boys, wee girl, wee boy, baby girl, baby boy, girl child,
    boy child, girlchild, boychild, little sister*, little brother*, kid sister, kid brother, little princess,
    little kid, little daughter, little son, orphan, orphans, girl scout*, boy scout*, cub scout*, altar boy*,
    choirboy*, choir boy*, child actor*, child actress*, lolita, lolitas, nymphet*, childlike, child like,
    childish body, child sized, child body, kid body, looks young, look young, looking young, young looking,
    looks underage, looks like a child, looks like a kid, looks like a teen, appears young, appears underage,
    very young, very very young, too young, so young, extremely young, really young, super young, ultra young,
    barely legal, almost legal, nearly legal, not yet legal, just turned 18, just turned eighteen, freshly 18,
    barely 18, barely eighteen, almost 18, almost eighteen, nearly 18, sweet sixteen, sweet 16, quinceañera*,
    quinceanera*`),
  maybeMinor: terms(`
    girl, girls, girlie, girly, gurl, boy, boys, boi, lad, lads, lass, lassie, youth, youths, daughter, daughters,
    stepdaughter*, step daughter*, stepson*, step son*, niece, nieces, nephew, nephews, granddaughter*, grandson*,
    cherub*, putto, putti, young people, young person, young one, young ones, twink, twinks, femboy*`),
  youth: terms(`
    young, younger, youngest, youthful, innocent, childish, immature, undeveloped, underdeveloped, flat chest,
    flat chested, flatchest*, tiny body, small body, petite body, petite, pigtails, pig tails, school uniform*,
    school uniforms, school, classroom, playground, teddy bear*, pacifier, braces, puberty`),
  adulthood: terms(`
    adult, adults, adulthood, grown up, grownup, grown ups, grownups, grown woman, grown man, over 18, above 18,
    18 plus, of age, legal age`),
  maturity: terms(`
    mature, mature woman, mature female, mature male, older, older woman, older man, milf, aged up`),
  innocent: terms(`
    young woman, young women, young man, young men, young lady, young ladies, young adult, young adults, young couple,
    young couples, young wife, young mother, young mom, adult girl, adult girls, adult boy, adult boys, grown girl,
    grown girls, mature girl, mature girls, college girl, college girls, college boy, college boys, university girl*,
    girl next door, girls next door, cover girl*, bond girl*, party girl*, it girl, bunny girl*, working girl*,
    bar girl*, flapper girl*, boy shorts, boy band*, boys band, girl band*, girl group*, girls night, boys night,
    spice girls, golden girls, beastie boys, backstreet boys, beach boys, hell boy, kid goat*, goat kid, goat kids,
    kid gloves, kid leather, billy the kid, karate kid, kid rock, brain child, baby blue, baby pink, baby oil,
    baby bump, baby bangs, baby hair, baby hairs, baby tee, baby doll*, baby grand, baby breath, baby powder,
    baby shower, baby spinach, baby carrot*, baby corn, sugar baby, baby animal*, baby bird*, baby elephant*,
    baby panda*, baby dragon*, baby fox*, baby seal*, baby yoda, baby groot, inner child, child seat*, child safety,
    child proof, childs play, high school musical, old school, art school, film school, driving school, teen titans go,
    shota rustaveli, shota imanaga, shota aizawa, shota arveladze, gothic lolita, sweet lolita, lolita fashion,
    lolita dress*, classic lolita, lolita style`),
};
