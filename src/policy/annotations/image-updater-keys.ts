import type { Annotation } from './annotation.ts';

const since = 'Image Updater v0.18';
const both = ['application', 'image'] as const;

/** The annotations of Argo CD Image Updater v0.18. */
export const imageUpdaterKeys = {
  'image-list': {
    levels: ['application'],
    type: 'list',
    since,
    otherwise: 'the Application is not managed',
    allowed: '[alias=]image[:constraint], separated by commas',
    meaning:
      'The images to keep current. An alias names an image in other keys. AND is written with a blank, OR with `||`; a constraint with `=` in it needs an alias.',
    v1: 'An empty list is an error.',
  },
  'update-strategy': {
    levels: both,
    type: 'strategy',
    preset: 'semver',
    since,
    allowed: 'semver, newest-build, alphabetical, digest, numerical, calver, or the older names latest and name',
    meaning:
      'How tags are ordered, so that the last one is chosen: `numerical` takes tags that are a number as a whole, `calver` a year and the numbers behind it (`2026.01.05`, `26.4.1`, `20260105-2`), `alphabetical` any, by their bytes; `digest` follows the tag that the constraint names. An unknown name is `semver`, with a warning.',
    v1: '`semver` without constraint takes no pre-releases, and the tag in Git need not be a version.',
  },
  'force-update': {
    levels: both,
    type: 'true or false',
    preset: 'false',
    since,
    allowed: 'true or false',
    meaning: 'Whether the image is raised although nothing that runs shows it: jobs, workloads with no replica.',
    v1: "Go's other words for true and false are read as well; any other text is an error.",
  },
  'allow-tags': {
    levels: both,
    type: 'match',
    preset: 'any',
    since,
    allowed: 'any or regexp:<expression in RE2 syntax, not anchored>',
    meaning: 'Which tags are looked at. A text that cannot be read allows none.',
  },
  'tag-match': {
    levels: ['image'],
    type: 'match',
    since,
    otherwise: 'allow-tags counts',
    allowed: 'any or regexp:<expression>',
    meaning: 'The older name of an image’s `allow-tags`; counts where that is not there or empty.',
    v1: 'Not read.',
  },
  'ignore-tags': {
    levels: both,
    type: 'list of globs',
    preset: '',
    since,
    allowed: 'patterns of Go’s filepath.Match (`*`, `?`, `[a-z]`, `[^a]`, `\\`), separated by commas',
    meaning: 'Which of the allowed tags are left out. A pattern that is none is skipped, with a warning.',
  },
  'pull-secret': {
    levels: both,
    type: 'credential',
    since,
    otherwise: 'what the settings name for the registry, else nobody is logged in',
    allowed: 'pullsecret:<namespace>/<name>, secret:<namespace>/<name>#<field>, env:<variable> or ext:<absolute path>',
    meaning:
      'Where the user and password of the registry are. `<registry>=` may stand before it and is not read. `secret:`, `env:` and `ext:` count only where the settings name the same one for that registry.',
    v1: 'The namespace must be the Application’s own.',
  },
  platforms: {
    levels: ['image'],
    type: 'list of platforms',
    since,
    otherwise: 'every platform will do',
    allowed: 'platforms such as linux/amd64,linux/arm/v7',
    meaning:
      'With `newest-build` and `digest`: an image that is there for none of these platforms is not chosen. Without a variant every variant will do.',
  },
  'helm.image-name': {
    levels: ['image'],
    type: 'values path',
    since,
    otherwise: 'image.name',
    allowed: 'a path in the values, such as image.repository',
    meaning: 'Which Helm parameter or value receives the image without tag.',
  },
  'helm.image-tag': {
    levels: ['image'],
    type: 'values path',
    since,
    otherwise: 'image.tag',
    allowed: 'a path in the values, such as image.tag',
    meaning: 'Which Helm parameter or value receives the tag.',
  },
  'helm.image-spec': {
    levels: ['image'],
    type: 'values path',
    since,
    otherwise: 'name and tag are written apart',
    allowed: 'a path in the values',
    meaning: 'Which Helm parameter or value receives `image:tag` in one; the other two do not count then.',
  },
  'kustomize.image-name': {
    levels: ['image'],
    type: 'image name',
    since,
    otherwise: 'the image itself',
    allowed: 'the name of an image as the manifests write it',
    meaning: 'Which image of the kustomization is replaced.',
    v1: 'Not together with `helm.*` for one alias.',
  },
  'write-back-method': {
    levels: ['application'],
    type: 'method',
    preset: 'argocd',
    since,
    allowed: 'argocd, git, git:repocreds or git:secret:<namespace>/<name>',
    meaning:
      'How a chosen tag is written: into the Application, or as a commit, with the repository’s own credentials or those of a Secret.',
    v1: 'An empty text is `argocd`; `git:secret:<name>` is a Secret beside the Application, and none elsewhere may be named.',
  },
  'write-back-target': {
    levels: ['application'],
    type: 'target',
    since,
    otherwise: '.argocd-source-<application>.yaml in the source path',
    allowed: 'kustomization[:<directory>], helmvalues[:<file>] or a path from the root of the repository',
    meaning: 'Which file is written. Behind the colon a path counts from the source path, with a leading `/` from the root.',
    v1: 'A bare path that ends in .yaml or .yml is a file of Helm values.',
  },
  'git-branch': {
    levels: ['application'],
    type: 'branches',
    since,
    otherwise: 'targetRevision of the source',
    allowed:
      'base, base:write or :write, where write may be a template with .SHA256, .AppName, .AppNamespace, .TargetKey and {{range .Images}}',
    meaning: 'Which branch is read, and which is pushed to where that is another one.',
  },
  'git-repository': {
    levels: ['application'],
    type: 'URL',
    since,
    otherwise: 'repoURL of the source',
    allowed: 'the address of a Git repository',
    meaning: 'Which repository is written.',
  },
} as const satisfies Record<string, Annotation>;
