import { terms, type Vocabulary } from './terms.ts';

/** `Kind` alone is left out, because it is an adjective in English. */
export const german: Vocabulary = {
  banned: terms('kinderporn*, kinderfick*, padophil*, paedophil*, kindersex*'),
  minor: terms(`
    kinder, kindern, kindes, kindlich, kindliche*, kindchen, ein kind, das kind, dem kind, kleines kind, kleinkind*,
    nacktes kind, kind nackt, nackte kind, junges kind, baby, babys, saugling*, saeugling*, neugeboren*, madchen,
    maedchen, madels, madel, kleine madchen, bub, buben, bube, junge nackt, nackter junge, kleiner junge,
    kleinen jungen, ein junge, teenager*, teenie*, jugendlich*, minderjahrig*, minderjaehrig*, schulmadchen,
    schulmaedchen, schulerin*, schuelerin*, schuljunge*, schulkind*, grundschul*, kindergarten*, heranwachsende*,
    halbwuchsig*, vorpubertar*`),
  maybeMinor: terms('jungs, tochter, tochtern, nichte, neffe, knabe, knaben'),
  youth: terms('unschuldig*, jung, schule, schuluniform, klassenzimmer'),
  explicit: terms(`
    nackt, nackte, nackter, nacktes, nackten, nacktem, nacktheit, nacktfoto*, nacktbild*, splitternackt*, entkleidet*,
    entblosst*, unbekleidet*, ausgezogen*, ohne kleidung, ohne kleider, porno*, sex, sexuell*, erotisch*, erotik,
    ficken, gefickt, masturb*, selbstbefriedig*, orgasmus, vagina, penis, busen, bruste, brustwarze*, vergewaltig*,
    oben ohne`),
  suggestive: terms(`
    sexy, sinnlich, sinnliche*, verfuhrerisch*, verfuehrerisch*, lasziv*, aufreizend*, geil, geile, geiler, geiles,
    unterwasche, unterwaesche, dessous, reizwasche, tanga, im slip, dekollete, hoschen`),
  innocent: terms(`
    nackten fussen, nackte fusse, nackten fuessen, nackte fuesse, nackten auge, blossem auge, nackte baume,
    nackten baume, nackten armen, nacktmull*, nacktschnecke*, nackte wand, nackte wande, nackter fels, sexualkunde,
    junge frau, junge frauen, jungen frau, junger mann, jungen mann, erwachsene tochter, kinder schokolade,
    kinder surprise`),
  clothes: terms('kleidung, kleider, bekleidung, bekleidet, angezogen, klamotten'),
  adulthood: terms('erwachsen, erwachsene, erwachsener, erwachsenen, volljahrig'),
};
