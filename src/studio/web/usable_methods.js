/** The methods of /api/studio that a network is known to suit; `model` as /api/models describes it, or null. */
export const usableMethods = ({ methods }, model) => methods.filter(({ name }) => !(name in (model?.unusable ?? {})));
