package godwit.postgres.catalog;

import godwit.postgres.catalog.SchemaObject.Maker;
import godwit.schema.Identifier;
import godwit.schema.Literal;
import godwit.schema.TableName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An object on its way into the script: its statements as they are gathered, and all that they presuppose. */
final class Draft {
    private final Address address;
    private final String kind;
    private final String identity;
    private final SchemaPhase phase;
    private final List<String> create = new ArrayList<>();
    private final List<String> stub = new ArrayList<>();
    private final List<String> refresh = new ArrayList<>();
    private final Set<Address> needs = new LinkedHashSet<>();
    private final Set<String> roles = new LinkedHashSet<>();
    private final Set<String> tablespaces = new LinkedHashSet<>();
    private Optional<TableName> table = Optional.empty();
    private Optional<Address> holder = Optional.empty();
    private final Set<String> actors = new LinkedHashSet<>();
    private Maker maker = Maker.ANYBODY;
    private Optional<TargetRequirements.Extension> extension = Optional.empty();
    private Optional<String> before = Optional.empty();
    private Optional<TableName> index = Optional.empty();
    private String drop = "";
    private String emptied = "";

    Draft(Address address, String kind, String identity, SchemaPhase phase) {
        this.address = address;
        this.kind = kind;
        this.identity = identity;
        this.phase = phase;
    }

    Draft create(String statement) {
        create.add(statement);
        return this;
    }

    Draft drop(String statement) {
        drop = statement;
        return this;
    }

    /** What a target is asked before the object is made there; {@link TargetForm} says how it answers. */
    Draft before(String query) {
        before = Optional.of(query);
        return this;
    }

    /** The index that the first statement builds. */
    Draft builds(TableName name) {
        index = Optional.of(name);
        return this;
    }

    /** A statement that undoes one of several, before those that undo earlier ones. */
    Draft dropFirst(String statement) {
        drop = drop.isEmpty() ? statement : statement + "; " + drop;
        return this;
    }

    /**
     * An empty form of the object, for others to refer to before it can be made whole.
     *
     * @param statement makes it
     * @param again makes it of the whole object, so that what they refer to can be taken away before them
     */
    Draft stub(String statement, String again) {
        stub.add(statement);
        emptied = again;
        return this;
    }

    Draft refresh(String statement) {
        refresh.add(statement);
        return this;
    }

    Draft needs(Address other) {
        needs.add(other);
        return this;
    }

    Draft tablespace(String name) {
        tablespaces.add(name);
        return this;
    }

    Draft maker(Maker who) {
        maker = who;
        return this;
    }

    /** Notes a role as which something has to be done. */
    String actor(String name) {
        actors.add(name);
        return role(name);
    }

    Draft extension(TargetRequirements.Extension needed) {
        extension = Optional.of(needed);
        return this;
    }

    /** Notes a role that must exist, and gives its name for SQL. */
    String role(String name) {
        roles.add(name);
        return new Identifier(name).sql();
    }

    /** The object is a part of that table, or of that view, and goes with it. */
    Draft partOf(Address relation, TableName name) {
        holder = Optional.of(relation);
        table = Optional.of(name);
        return needs(relation);
    }

    Draft itself(TableName name) {
        table = Optional.of(name);
        return this;
    }

    /** Gives it its owner; the object is named as in {@code TABLE "a"."b"}. */
    Draft owner(String object, String owner) {
        return create("ALTER " + object + " OWNER TO " + actor(owner));
    }

    Draft comment(Catalog catalog, String object) {
        catalog.comment(address).ifPresent(text -> create(comment(object, text)));
        return this;
    }

    Draft grants(Catalog catalog, String object) {
        return grants(catalog, address, object);
    }

    /** The privileges of another object that is made along with this one, without those on its columns. */
    Draft grants(Catalog catalog, Address other, String object) {
        catalog.privileges().of(other).stream()
                .filter(difference -> difference.part() == 0)
                .forEach(difference -> grant(difference, object, List.of()));
        return this;
    }

    void grant(Privileges.Difference difference, String object, List<String> columns) {
        roles.addAll(difference.grantee());
        roles.add(difference.grantor());
        if (!difference.byOwner()) {
            actors.add(difference.grantor());
        }
        difference.statements(object, columns).forEach(this::create);
    }

    static String comment(String object, String text) {
        return "COMMENT ON " + object + " IS " + new Literal(text).sql();
    }

    Address address() {
        return address;
    }

    Optional<Address> holder() {
        return holder;
    }

    Optional<TableName> table() {
        return table;
    }

    boolean isTable() {
        return kind.equals("table");
    }

    String described() {
        return kind + " " + identity;
    }

    boolean hasStub() {
        return !stub.isEmpty();
    }

    Set<Address> needs() {
        return needs;
    }

    Set<String> roles() {
        return roles;
    }

    Set<String> actors() {
        return actors;
    }

    Maker maker() {
        return maker;
    }

    Set<String> tablespaces() {
        return tablespaces;
    }

    Optional<TargetRequirements.Extension> extension() {
        return extension;
    }

    List<String> refreshes() {
        return refresh;
    }

    SchemaObject object() {
        return new SchemaObject(kind, identity, phase, table, create, drop, maker, before, index);
    }

    /** The object as it is made of its empty form. */
    SchemaObject completingObject() {
        return new SchemaObject(kind, identity, phase, table, create, emptied, maker, before, index);
    }

    SchemaObject stubObject() {
        return new SchemaObject("empty " + kind, identity, phase, table, stub, drop, maker, before, index);
    }
}
