/**
 * IPTC's vocabulary of digital source types (cv.iptc.org/newscodes/digitalsourcetype). `algorithmicMedia` is what a
 * program makes without any sampled training data.
 */
const VOCABULARY = 'http://cv.iptc.org/newscodes/digitalsourcetype';

/**
 * The XMP packet that marks a picture as made by a machine (IPTC Photo Metadata, `Iptc4xmpExt:DigitalSourceType`). The
 * EU AI Act, article 50(2), demands a mark that machines can read.
 */
export function toSourceXmp(isTrained: boolean): string {
  const type = `${VOCABULARY}/${isTrained ? 'trainedAlgorithmicMedia' : 'algorithmicMedia'}`;
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    ` Iptc4xmpExt:DigitalSourceType="${type}"/>`,
    '</rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('');
}
