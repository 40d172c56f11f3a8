import { readSettings, SettingsError, text } from '../../../shared/service/config.ts';
import { readEnvironment, runService } from '../../../shared/service/run-service.ts';
import { openVisible } from '../../browser/process/open-visible.ts';
import { perchance } from './index.ts';

/**
 * `npm run perchance:open`: Perchance's page in a visible browser on the profile of PERCHANCE_PROFILE_DIR, so that a
 * person can pass its check by hand. Close the window when the page makes pictures; the worker then uses the profile.
 */
await runService(async () => {
  const environment = readEnvironment();
  const settings = readSettings({ ...perchance.settings, CHROMIUM_PATH: text('Chromium to use') }, environment);
  const { PERCHANCE_PROFILE_DIR: profileDirectory, PERCHANCE_URL: url, CHROMIUM_PATH: executablePath } = settings;
  if (profileDirectory === undefined) {
    throw new SettingsError('PERCHANCE_PROFILE_DIR: expected the path of a directory, the same as the worker has');
  }
  console.log(`Opening ${url}. Pass the check, make one picture, then close the window.`);
  await openVisible({ profileDirectory, url, executablePath, environment });
});
