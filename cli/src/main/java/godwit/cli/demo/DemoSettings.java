package godwit.cli.demo;

/**
 * How big the demonstration is.
 *
 * @param rows the rows that the source has before anybody works
 * @param clients how many work at once
 * @param seconds for how long they work, about; a slow machine takes longer
 * @param keep whether the servers go on running afterwards
 */
public record DemoSettings(long rows, int clients, int seconds, boolean keep) {}
