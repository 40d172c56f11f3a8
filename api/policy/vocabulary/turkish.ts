import { terms, type Vocabulary } from './terms.ts';

export const turkish: Vocabulary = {
  banned: terms('cocuk pornosu, cocuk porno*, pedofil*'),
  minor: terms(`
    cocuk, cocuklar*, cocugu, cocugun, bebek, bebekler*, kucuk kiz*, kucuk erkek*, kucuk oglan*, kiz cocu*,
    erkek cocu*, genc kiz*, ergen, ergenler, resit olmayan*, resit degil, yeni dogan*, ogrenci kiz, liseli*, ilkokul*,
    ortaokul*, anaokul*, ufak kiz`),
  maybeMinor: terms('kiz, kizlar, kizi, oglan, oglanlar, erkek ogrenci'),
  youth: terms('masum, kucuk, okul uniformasi, okul formasi'),
  explicit: terms(`
    ciplak, ciplaklik, soyunuk, soyunmus, kiyafetsiz, elbisesiz, porno, pornograf*, seks, cinsel, cinsellik, erotik,
    mastürbasyon, orgazm*, vajina, penis, gogus uclari, tecavuz*, sikis*, ustsuz`),
  suggestive: terms(`
    seksi, bastan cikarici, sehvetli, tahrik edici, azgin, ic camasir*, tanga, kulot, sutyen, dekolte, gogusleri`),
  innocent: terms(`
    ciplak ayak*, ciplak goz*, ciplak agac*, ciplak kor fare*, cinsel egitim, genc kadin, yetiskin kiz`),
  clothes: terms('kiyafet, kiyafetler, elbise, giysi, giysiler, giyinik'),
  adulthood: terms('yetiskin, yetiskinler, resit'),
};
