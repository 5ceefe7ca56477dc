package godwit.change.plan;

import godwit.schema.Identifier;

/** A column as clients of a version, or the operations in between, see it. */
record Shown(Identifier name, Slot slot) {}
