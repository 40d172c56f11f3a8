import { terms, type Vocabulary } from './terms.ts';

/** `nu` alone is left out (it means now in Dutch), and so is `sein` (it means his in German). */
export const french: Vocabulary = {
  banned: terms('pornographie infantile, porno infantile, pedopornograph*, pedophil*'),
  minor: terms(`
    enfant, enfants, enfantin, bebe, bebes, gamin, gamins, gamine, gamines, fillette, fillettes, garconnet*,
    petite fille, petites filles, petit garcon, petits garcons, jeune fille, jeunes filles, jeune garcon, mineure,
    mineures, mineurs, adolescent, adolescente, adolescents, adolescentes, preado*, ados, une ado, ecolier*, ecoliere*,
    lyceen*, collegien*, bambin, bambins, nourrisson*, nouveau ne, moins de 18 ans`),
  maybeMinor: terms('fille, filles, garcon, garcons, gosse, gosses, niece, nieces, neveu, neveux'),
  youth: terms('jeune, jeunes, innocente, innocent, ecole, uniforme scolaire, couettes'),
  explicit: terms(`
    nue, nues, tout nu, tout nus, toute nue, garcon nu, garcons nus, enfant nu, enfants nus, bebe nu, homme nu,
    mineur nu, adolescent nu, corps nu, corps nus, nudite, denude*, deshabill*, devetu*, sans vetement, sans vetements,
    porno, pornographi*, sexe, sexuel*, sexuelle*, erotique, erotiques, baise, baiser sexuel, masturb*, orgasme*,
    vagin, penis, seins nus, poitrine nue, fellation, viol, violee, sodomie`),
  suggestive: terms(`
    sexy, sensuel*, sensuelle*, seducteur, seductrice, provocant*, aguicheuse, lingerie, sous vetement*, culotte,
    en string, string ficelle, soutien gorge, decollete, fesses, seins`),
  innocent: terms(`
    oeil nu, pieds nus, culotte courte, culottes courtes, sexe du bebe, pied nu, mains nues, main nue, tete nue,
    bras nus, epaules nues, arbres nus, arbre nu, branches nues, rat taupe nu, education sexuelle, jeune femme,
    jeunes femmes, jeune homme, jeune couple, enfant jesus`),
  clothes: terms('vetement, vetements, habits, habille, habillee, habilles'),
  adulthood: terms('adulte, adultes, majeure, majeur'),
};
