// The shared servers of integration tests.
export default function setup(): void {}
