/**
 * The language for numbers. uPlot formats with `navigator.language` when it is loaded and throws where that is no language tag, as
 * `en-US@posix` of a Chromium under the C locale: there the page puts one in its place. To be imported before uPlot.
 */
export const pageLanguage: string = mendLanguage();

function mendLanguage(): string {
  const { language } = navigator;
  try {
    return new Intl.Locale(language).baseName;
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
    return 'en-US';
  }
}
