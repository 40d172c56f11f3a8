import { terms, type Vocabulary } from './terms.ts';

/** In Devanagari, and the core in the Latin letters that many type. */
export const hindi: Vocabulary = {
  banned: terms('बाल पोर्न*, बाल अश्लील*, चाइल्ड पोर्न*'),
  minor: terms(`
    बच्चा, बच्ची, बच्चे, बच्चों, बच्चियां, बच्चियों, शिशु, बालक, बालिका, बालिकाएं, नाबालिग*, किशोर, किशोरी, किशोरियां,
    किशोरों, छोटी लड़की, छोटा लड़का, छोटी लड़कियां, स्कूली लड़की, स्कूली छात्रा, स्कूल की लड़की, छात्रा, नवजात,
    मासूम बच्ची, bachchi, bacchi, bachcha, bachche, nabalig, choti ladki, chhoti ladki`),
  maybeMinor: terms('लड़की, लड़कियां, लड़कियों, लड़का, लड़के, बेटी, बेटियां, बेटा, ladki, ladka'),
  youth: terms('मासूम, छोटी, छोटा, स्कूल, कमसिन'),
  explicit: terms(`
    नंगी, नंगा, नंगे, नग्न, नग्नता, निर्वस्त्र, बिना कपड़ों, बिना कपड़े, पोर्न, अश्लील, सेक्स, यौन, संभोग, कामुक, स्तन,
    योनि, बलात्कार, चुदाई, nangi, nanga, nange, chudai`),
  suggestive: terms('सेक्सी, मादक, उत्तेजक, उत्तेजित, मोहक मुद्रा, अंतर्वस्त्र, ब्रा, पैंटी, अंडरवियर'),
  innocent: terms(`
    नंगे पैर, नंगे पांव, नंगे पाँव, नंगे हाथ, नंगी आंख*, नंगी आँख*, यौन शिक्षा, युवा महिला, nange pair, nange paon`),
  clothes: terms('कपड़े, कपड़ा, वस्त्र'),
  adulthood: terms('वयस्क, बालिग'),
};
