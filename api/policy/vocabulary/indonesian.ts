import { terms, type Vocabulary } from './terms.ts';

export const indonesian: Vocabulary = {
  banned: terms('pornografi anak, porno anak, pedofil*'),
  minor: terms(`
    anak, anak anak, anak kecil, anak perempuan, anak laki laki, bocah, bocah bocah, bayi, balita, gadis kecil,
    gadis muda, gadis remaja, remaja, abg, di bawah umur, dibawah umur, anak sekolah, siswi, siswa, pelajar, anak sd,
    anak smp, anak sma`),
  maybeMinor: terms('gadis, gadis gadis, cewek, putri kecil'),
  youth: terms('lugu, seragam sekolah, muda'),
  explicit: terms(`
    telanjang, bugil, tanpa busana, tanpa pakaian, tanpa baju, porno, pornografi, seks, seksual, bersetubuh,
    persetubuhan, erotis, masturbasi, orgasme, vagina, penis, payudara, puting, bokep, perkosa*, diperkosa, ngentot`),
  suggestive: terms(`
    seksi, sensual, menggoda, merangsang, terangsang, pakaian dalam, celana dalam, lingerie, belahan dada`),
  innocent: terms(`
    telanjang kaki, mata telanjang, kaki telanjang, pendidikan seks, pendidikan seksual, wanita muda, pria muda,
    anak anjing, anak kucing, anak tangga, anak panah, anak ayam, puting beliung, kanker payudara`),
  clothes: terms('pakaian, baju, busana, berpakaian'),
  adulthood: terms('dewasa, orang dewasa'),
};
