package godwit.postgres.catalog;

/**
 * An object's place in the catalog, as {@code pg_depend} names it.
 *
 * @param catalog the system catalog that holds it, such as {@code pg_class}
 * @param oid its OID there
 */
record Address(String catalog, long oid) {}
