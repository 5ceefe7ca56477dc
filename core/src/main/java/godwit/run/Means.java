package godwit.run;

/**
 * What the parts of a worker work with.
 *
 * @param course the run's
 * @param steps the effects
 * @param steered what people want meanwhile
 * @param pace the time
 */
record Means(Course course, MoveSteps steps, Steered steered, Pace pace) {}
