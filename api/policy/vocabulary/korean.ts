import { terms, type Vocabulary } from './terms.ts';

/** Beginnings of words, because particles follow without a space. 아이 (child) is written in its forms, because 아이돌 (idol) begins with it too. */
export const korean: Vocabulary = {
  banned: terms('로리, 로리콘*, 로리타콘*, 쇼타, 쇼타콘*, 아동포르노*, 아동 포르노*, 아청물'),
  minor: terms(`
    어린이*, 아동*, 아이, 아이가, 아이의, 아이를, 아이는, 아이들*, 어린아이*, 여자아이*, 남자아이*, 여아, 남아, 유아,
    영아, 아기, 아기가, 아기의, 꼬마*, 소녀, 소녀가, 소녀의, 소녀를, 소녀들*, 미소녀*, 소년, 소년이, 소년의, 소년들*,
    청소년*, 미성년*, 십대*, 초등학생*, 중학생*, 고등학생*, 여고생*, 여중생*, 여학생*, 유치원생*, 로리타, 어린 소녀,
    어린 여자*`),
  maybeMinor: terms('여자애*, 남자애*, 딸, 딸이, 여동생*'),
  youth: terms('어린, 순진한, 교복*, 학교*, 교실*'),
  explicit: terms(`
    누드*, 알몸*, 나체*, 벌거벗*, 옷을 벗*, 옷을 안 입*, 섹스*, 성관계*, 성행위*, 포르노*, 야동*, 음란*, 자위, 자위하*,
    야한*, 성기, 가슴 노출*, 젖꼭지*, 강간*, 에로틱*, 변태*, 성적인, 성적으로`),
  suggestive: terms(`
    섹시*, 란제리*, 선정적*, 관능적*, 속옷*, 팬티*, 브래지어*, 유혹하*, 유혹적*, 가슴골*, 노출이 심한, 노출 의상`),
  innocent: terms('벌거벗은 나무*, 벌거벗은 임금님*, 젊은 여자*, 젊은 여성*, 성교육*'),
  clothes: terms('옷, 의류, 의상'),
  adulthood: terms('성인, 어른, 성년'),
};
