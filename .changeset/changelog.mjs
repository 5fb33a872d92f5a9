/** How changelogs read: as of `@changesets/changelog-git`, but updated dependencies are one line and not one for each changeset. */
import git from '@changesets/changelog-git'

export default {
  ...git,
  getDependencyReleaseLine: (_changesets, updated) =>
    updated.length === 0
      ? ''
      : `- Updated dependencies: ${updated.map(({ name, newVersion }) => `\`${name}\` ${newVersion}`).join(', ')}`,
}
