// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.status.TableCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does one FDB lookup take, and how does that depend on the size of the table?
 *
 * <p><b>Key stream.</b> Keys are computed in registers, because an array of keys would itself not fit the cache: a
 * linear congruential step, its upper half scaled to the number of entries, and an odd multiplication that spreads the
 * index over 48 bits. All entries are equally likely, so a table of a million entries is visited without locality,
 * unlike with real traffic. {@code keyStream} is the time to make the key; it is included in the others.
 *
 * <p>In {@code hit} and {@code miss} a key does not depend on the result before it, like the frames of a batch, so a
 * core overlaps their cache misses. In {@code hitAfterHit} each key depends on the result before it, which shows the
 * latency. {@code hitInBatch} looks up 64 keys with one call.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class FdbLookupBenchmark extends PathBenchmark
{
    private static final int VNI = 1;
    private static final int BATCH = 64;
    private static final long MAC_MASK = 0xFFFF_FFFF_FFFFL;

    /** Entries in the table, which has this capacity. */
    @Param({"1", "1000", "1000000"})
    private int entries;

    private final long[] macs = new long[BATCH];
    private final long[] words = new long[BATCH];
    private Fdb fdb;
    private long state = 42;

    /** Fill the table with configured entries, which do not age. */
    @Setup
    public void setup()
    {
        fdb = new Fdb(new FdbContext().maxEntries(entries), destination -> {}, new TableCounters());
        for (int i = 0; i < entries; i++)
        {
            if (!fdb.put(VNI, mac(i), FdbEntry.word(FdbEntry.STATIC, i & 0xFF, false), FdbRequest.NO_OWNER, 0))
            {
                throw new IllegalStateException("no room for entry " + i);
            }
        }
    }

    @Benchmark
    public long keyStream()
    {
        return mac(nextIndex(0));
    }

    /** @return the entry of a MAC that is there. */
    @Benchmark
    public long hit()
    {
        final long word = fdb.lookup(VNI, mac(nextIndex(0)));
        if (word == FdbEntry.MISSING)
        {
            throw new IllegalStateException("miss");
        }
        return word;
    }

    /** @return the entry of a MAC that is there, the key depending on the entry before. */
    @Benchmark
    public long hitAfterHit()
    {
        final long word = fdb.lookup(VNI, mac(nextIndex(0)));
        if (word == FdbEntry.MISSING)
        {
            throw new IllegalStateException("miss");
        }
        state += word;
        return word;
    }

    /** @return the entries of a batch of MACs that are there, looked up together; a figure per MAC. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long[] hitInBatch()
    {
        for (int i = 0; i < BATCH; i++)
        {
            macs[i] = mac(nextIndex(0));
        }
        fdb.lookup(VNI, macs, words, BATCH);
        return words;
    }

    /** @return nothing found, for a MAC that is not there. */
    @Benchmark
    public long miss()
    {
        final long word = fdb.lookup(VNI, mac(nextIndex(entries)));
        if (word != FdbEntry.MISSING)
        {
            throw new IllegalStateException("hit");
        }
        return word;
    }

    /** An index from {@code from} to {@code from + entries - 1}. */
    private long nextIndex(final int from)
    {
        state = state * 6364136223846793005L + 1442695040888963407L;
        return from + ((state >>> 32) * entries >>> 32);
    }

    /** Different indices below 2^48 give different addresses. */
    private static long mac(final long index)
    {
        return index * 0x9E37_79B9_7F4BL & MAC_MASK;
    }
}
