// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;


/** Counts what happened to entries of the tables. The thread that writes the tables records; any thread reads. */
public final class TableCounters
{
    /** Something that happened to an entry, or to a MAC that has none. */
    public enum Event
    {
        /** A MAC was learned that had no entry. */
        LEARNED("fdb.learned"),

        /** A MAC moved to another destination. */
        MOVED("fdb.moved"),

        /** An entry was removed because no frame had confirmed it for too long. */
        AGED("fdb.aged"),

        /** A learned entry was removed to make room. */
        EVICTED("fdb.evicted"),

        /** A MAC that had moved too often stayed where it was. */
        PINNED("fdb.pinned"),

        /** A MAC was not learned because the table or the segment was full. */
        NO_ROOM("fdb.no-room"),

        /** A MAC was not learned because its remote brought too many in too short a time. */
        LEARN_LIMITED("fdb.learn-limited"),

        /** A MAC was not learned because its remote got no number: too many remotes are only learned. */
        NO_REMOTE("fdb.no-remote"),

        /** A neighbour of a gateway was not learned because its segment had too many new ones in too short a time. */
        NEIGHBOR_LIMITED("neighbors.limited"),

        /** A neighbour of a gateway was not learned because its segment, or all together, had too many. */
        NEIGHBOR_NO_ROOM("neighbors.no-room");

        private static final Event[] VALUES = values();

        private final String label;

        Event(final String label)
        {
            this.label = label;
        }
    }

    private final Counter[] cells = new Counter[Event.VALUES.length];

    /** Counters that no {@link EngineCounters} lists. */
    public TableCounters()
    {
        this(new CounterRegion(Event.VALUES.length));
    }

    TableCounters(final CounterRegion counters)
    {
        for (int i = 0; i < cells.length; i++)
        {
            cells[i] = counters.counter(Event.VALUES[i].label);
        }
    }

    /** Count an event once more. Only the events of a rate limit may come from any thread. */
    public void record(final Event event)
    {
        if (event == Event.LEARN_LIMITED || event == Event.NEIGHBOR_LIMITED)
        {
            cells[event.ordinal()].increment();
        }
        else
        {
            cells[event.ordinal()].add(1);
        }
    }

    /** @return number of times that an event happened. Any thread. */
    public long get(final Event event)
    {
        return cells[event.ordinal()].get();
    }
}
