/** Words for what somebody wears, by the name of its drawing in `subjects/accessories.js`. */
export const CLOTHES = {
  wearing: {
    sunglasses: 'sunglasses|shades|sunglass|sun glasses',
    glasses: 'glasses|spectacles|eyeglasses',
    hat: 'hat|top hat|cap|fedora',
    crown: 'crown|tiara|king|queen|princess|prince',
    scarf: 'scarf|shawl',
    bowtie: 'bow tie|bowtie|tuxedo|suit',
    headphones: 'headphone|headset|earphones',
    wizardhat: 'wizard|witch|wizard hat|witch hat|santa hat|party hat',
    flowers: 'flower crown|wreath',
  },
};
