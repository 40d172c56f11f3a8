import { terms, type Vocabulary } from './terms.ts';

export const dutch: Vocabulary = {
  banned: terms('kinderporno*, pedofiel*'),
  minor: terms(`
    kinderen, kindje*, een kind, het kind, klein kind, jong kind, naakt kind, meisje, meisjes, jongetje*, kleuter*,
    peuter*, zuigeling*, pasgeboren*, tiener*, puber, pubers, minderjarig*, schoolmeisje*, schooljongen*, schoolkind*,
    scholier*, basisschool*, jong meisje, klein meisje, kleine jongen, jonge jongen`),
  maybeMinor: terms('jongen, jongens, meid, meiden, dochter, dochters, zoontje, nichtje*, neefje*'),
  youth: terms('jonge, jong, onschuldig*, schooluniform'),
  explicit: terms(`
    naakt, naakte, naaktheid, naaktfoto*, bloot meisje, blote borst*, blote billen, ontkleed*, uitgekleed*,
    zonder kleren, zonder kleding, porno, seks, seksueel, seksuele, erotisch*, neuken, masturb*, orgasme, vagina,
    penis, tepel*, verkracht*`),
  suggestive: terms(`
    sensueel, sensuele, verleidelijk*, geil, geile, lingerie, ondergoed, slipje*, onderbroek, decollete, borsten`),
  innocent: terms(`
    blote voeten, naakte oog, naakte molrat*, naaktslak*, jonge vrouw*, jonge man*, seksuele voorlichting`),
  clothes: terms('kleren, kleding, gekleed, aangekleed'),
  adulthood: terms('volwassen, volwassene, volwassenen, meerderjarig'),
};
