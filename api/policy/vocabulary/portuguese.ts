import { terms, type Vocabulary } from './terms.ts';

export const portuguese: Vocabulary = {
  banned: terms('pornografia infantil, porno infantil, pedofil*'),
  minor: terms(`
    crianca, criancas, criancinha*, menino, meninos, menina, meninas, menininha*, menininho*, bebe, bebes, garotinha*,
    garotinho*, menor de idade, menores de idade, adolescente*, colegial, colegiais, novinha, novinhas, recem nascid*,
    aluna do ensino medio, parece uma crianca`),
  maybeMinor: terms(`
    garota*, garoto, garotos, moca, mocas, moco, filha, filhas, filho, filhos, sobrinha*, sobrinho*`),
  youth: terms('inocente, jovem, jovens, escola, uniforme escolar'),
  explicit: terms(`
    nua, nuas, nudez, despida, despido, despidas, sem roupa, sem roupas, porno, pornograf*, sexo, sexual, sexuais,
    erotica, erotico, transando, transar, foder, masturb*, orgasmo*, vagina, penis, peitos nus, seios nus, mamilo*,
    estupr*`),
  suggestive: terms(`
    sensual, sensuais, provocante*, sedutor*, lingerie, calcinha*, sutia, roupa intima, decote, fio dental, bunda,
    seios, peitoes`),
  innocent: terms(`
    olho nu, pes nus, arvores nuas, arvore nua, rato toupeira nu, educacao sexual, mulher jovem, homem jovem,
    jovem mulher`),
  clothes: terms('roupa, roupas, vestida, vestido, vestuario'),
  adulthood: terms('adulta, adulto, adultos, adultas, maior de idade'),
};
