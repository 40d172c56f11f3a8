/**
 * @typedef {'pointed' | 'folded' | 'round' | 'long' | 'wide'} Ears
 * @typedef {{ coat: string, pale: string, dark: string, ears: Ears, head: 'sharp' | 'broad' | 'round',
 *   tail: 'brush' | 'whip' | 'puff' | 'curl', socks: boolean, mark: 'cheeks' | 'patches' | 'stripes' | 'mask' | 'mane' | 'muzzle' | 'snout' | 'tabby' }} Coat
 */

/** What tells one seated animal from another. @type {Record<string, Coat>} */
export const COATS = {
  fox: { coat: '#d9622b', pale: '#fbf1e4', dark: '#33242a', ears: 'pointed', head: 'sharp', tail: 'brush', socks: true, mark: 'cheeks' },
  wolf: { coat: '#7d8797', pale: '#eef0f2', dark: '#363c49', ears: 'pointed', head: 'sharp', tail: 'brush', socks: false, mark: 'cheeks' },
  cat: { coat: '#e39a4c', pale: '#fdf0dc', dark: '#8a5426', ears: 'pointed', head: 'broad', tail: 'whip', socks: false, mark: 'tabby' },
  dog: { coat: '#c98f57', pale: '#fbeedb', dark: '#6b4429', ears: 'folded', head: 'broad', tail: 'curl', socks: true, mark: 'muzzle' },
  bear: { coat: '#8a5c3e', pale: '#d9b48c', dark: '#4a3022', ears: 'round', head: 'round', tail: 'puff', socks: false, mark: 'snout' },
  panda: { coat: '#f5f2ec', pale: '#ffffff', dark: '#2f2d36', ears: 'round', head: 'round', tail: 'puff', socks: true, mark: 'patches' },
  koala: { coat: '#98a1ad', pale: '#eceef0', dark: '#4b515c', ears: 'wide', head: 'round', tail: 'puff', socks: false, mark: 'snout' },
  mouse: { coat: '#a99f9c', pale: '#f3e6e2', dark: '#6a5f5e', ears: 'wide', head: 'sharp', tail: 'whip', socks: false, mark: 'muzzle' },
  pig: { coat: '#f0aeb2', pale: '#f9d3d2', dark: '#c0767f', ears: 'folded', head: 'round', tail: 'curl', socks: false, mark: 'snout' },
  rabbit: { coat: '#b99b84', pale: '#f7ece2', dark: '#7a5f4d', ears: 'long', head: 'broad', tail: 'puff', socks: false, mark: 'muzzle' },
  lion: { coat: '#dba653', pale: '#f8e6c2', dark: '#8a4a24', ears: 'round', head: 'broad', tail: 'whip', socks: false, mark: 'mane' },
  tiger: { coat: '#e58a33', pale: '#fdf3e4', dark: '#2e2528', ears: 'round', head: 'broad', tail: 'whip', socks: false, mark: 'stripes' },
  raccoon: { coat: '#8d8f99', pale: '#f1efec', dark: '#32323c', ears: 'round', head: 'sharp', tail: 'brush', socks: true, mark: 'mask' },
};
