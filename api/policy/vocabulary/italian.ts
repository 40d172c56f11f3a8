import { terms, type Vocabulary } from './terms.ts';

export const italian: Vocabulary = {
  banned: terms('pedopornograf*, pornografia infantile, pornografia minorile, pedofil*'),
  minor: terms(`
    bambina, bambine, bambino, bambini, bimba, bimbe, bimbo, bimbi, neonat*, ragazzina, ragazzine, ragazzino,
    ragazzini, minorenne, minorenni, adolescente, adolescenti, scolara, scolaro, scolari, scolaretta, liceale, liceali,
    studentessa delle medie, piccola ragazza, giovane ragazza, preadolescent*`),
  maybeMinor: terms(`
    ragazza, ragazze, ragazzo, ragazzi, fanciulla, fanciullo, fanciulli, figlia, figlie, figlio, nipotina*`),
  youth: terms('giovane, giovani, innocente, scuola, uniforme scolastica'),
  explicit: terms(`
    nuda, nudo, nudi, nudita, spogliat*, svestit*, senza vestiti, porno, pornograf*, sesso, sessuale, sessuali,
    erotica, erotico, erotici, masturb*, orgasmo, vagina, pene, seno nudo, tette, capezzol*, stupro, stuprat*`),
  suggestive: terms(`
    sensuale, sensuali, seducente, seducenti, provocante, provocanti, lingerie, mutandine, mutande, perizoma,
    reggiseno, intimo sexy, biancheria intima, scollatura, natiche`),
  innocent: terms(`
    occhio nudo, piedi nudi, piede nudo, mani nude, alberi nudi, albero nudo, rami nudi, eterocefalo nudo,
    educazione sessuale, giovane donna, giovani donne, giovane uomo, madonna con bambino, gesu bambino`),
  clothes: terms('vestiti, vestita, vestito, abiti, abbigliamento, indumenti'),
  adulthood: terms('adulta, adulto, adulti, maggiorenne'),
};
