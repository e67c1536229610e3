// Vitest's settings of a user's project.
export default { test: { include: ['*.suite.ts'] } };
