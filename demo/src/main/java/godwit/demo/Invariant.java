package godwit.demo;

/** A sentence about the database that must be true whenever the workload rests, and whether it is. */
public record Invariant(String name, boolean holds) {}
