import { terms, type Vocabulary } from './terms.ts';

export const spanish: Vocabulary = {
  banned: terms('pornografia infantil, porno infantil, pedofil*, lolicon'),
  minor: terms(`
    niño, niños, niña, niñas, niñito*, niñita*, ninos, ninas, una nina, la nina, un nino, nina desnuda, nina sexy,
    nino desnudo, bebe, bebes, infante, infantes, chiquilla*, chiquillo*, crio, crios, nene, nenes, nena pequeña,
    menor de edad, menores de edad, menores, adolescente*, quinceañera*, colegiala*, colegial, colegiales, escolar,
    escolares, preadolescente*, chica joven, chico joven, chica menor, chica pequeña, jovencita*, jovencito*,
    hija pequeña, recien nacido*, parece menor, parece una niña`),
  maybeMinor: terms(`
    chica, chicas, chico, chicos, muchacha*, muchacho*, hija, hijas, hijo, hijos, sobrina*, sobrino*, nena, nenas`),
  youth: terms('inocente, inocentes, joven, escuela, uniforme escolar, coletas, cuerpo pequeño'),
  explicit: terms(`
    desnuda, desnudas, desnudo, desnudos, desnudez, desnudandose, desvestid*, sin ropa, encueros, en cueros,
    pornografi*, porno, sexo, sexual, sexuales, sexualmente, erotica, erotico, eroticas, eroticos, follando, follar,
    masturb*, orgasmo*, vagina, pene, penes, coito, mamada, violada, violacion sexual, tetas, pezon, pezones,
    senos desnudos, pechos desnudos`),
  suggestive: terms(`
    sensual, sensuales, sexi, seductor*, seduciendo, provocativa, provocativo, lenceria, ropa interior, bragas, tanga,
    escote, sujetador, calzones, nalgas`),
  innocent: terms(`
    pies desnudos, pie desnudo, manos desnudas, ojo desnudo, arboles desnudos, arbol desnudo, ramas desnudas,
    pared desnuda, paredes desnudas, rata topo desnuda, educacion sexual, mujer joven, hombre joven, pareja joven,
    chica adulta, niño jesus, virgen y niño`),
  clothes: terms('ropa, vestida, vestido, vestidos, ropas, prendas'),
  adulthood: terms('adulta, adulto, adultos, adultas, mayor de edad'),
};
