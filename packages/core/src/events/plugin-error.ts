import { GuestscopeError } from './errors.ts'

/**
 * A plugin that cannot be used as asked, or that used its interface wrongly. Codes:
 *
 * - `plugin/not-a-plugin`, `plugin/api-too-new`, `plugin/api-too-old`: it cannot be loaded
 * - `plugin/option-syntax`, `plugin/option-unknown`, `plugin/option-value`, `plugin/option-twice`: options
 * - `plugin/option-spec`: the description of an option contradicts itself
 * - `plugin/install-failed`, `plugin/install-async`: its `install` threw or returned a promise
 * - `plugin/async-callback`: a callback is async, or returned a promise
 * - `plugin/stale-handle`, `plugin/register-access`, `plugin/register-unknown`, `plugin/argument`,
 *   `plugin/cells-exhausted` and others: wrong calls
 */
export class PluginError extends GuestscopeError {}
