import { terms, type Vocabulary } from './terms.ts';

/** `naga` alone is left out, because it is a snake of legends in many languages. */
export const polish: Vocabulary = {
  banned: terms('pornografia dziecieca, dziecieca pornografia, pedofil*'),
  minor: terms(`
    dziecko, dziecka, dzieci, dzieciak*, dzieciece*, dziecieca, dziewczynk*, chlopczyk*, chlopiec, chlopca, chlopcy,
    niemowl*, noworod*, nastolat*, nieletni*, niepelnoletni*, maloletni*, uczennic*, uczen, uczniowie, licealist*,
    gimnazjalist*, przedszkol*, mloda dziewczyna, mlode dziewczyny, mala dziewczyna, mlody chlopak`),
  maybeMinor: terms('dziewczyna, dziewczyny, dziewczyne, chlopak, chlopaki, corka, corki, siostrzenica'),
  youth: terms('mloda, mlody, mlode, niewinn*, mundurek szkolny, szkola'),
  explicit: terms(`
    nagi chlop*, nago dziec*, dziec* nago, dziewczynk* nago, chlop* nago, nagie, nagiego, nagich, nagiej, nagosc*,
    naga dziewczyn*, naga dziewczynk*, naga kobieta, naga nastolat*, dziewczynka naga, goly, gola dziewczyn*,
    rozebran*, bez ubrania, bez ubran, porno, pornograf*, seks, seksualn*, erotyczn*, pieprz* sie, masturb*, orgazm*,
    pochwa, penis, cycki, sutki, zgwalcon*, gwalt`),
  suggestive: terms(`
    seksown*, zmyslow*, uwodzi*, prowokacyjn*, bielizna, bieliznie, bielizny, majtki, majtkach, stringi, stanik, dekolt`),
  innocent: terms(`
    nagie drzewa, nagie drzewo, nagie galezie, golym okiem, edukacja seksualna, mloda kobieta, mlody mezczyzna`),
  clothes: terms('ubranie, ubrania, ubrana, ubrany, odziez'),
  adulthood: terms('dorosla, dorosly, dorosli, pelnoletni*'),
};
