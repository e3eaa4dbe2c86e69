package io.overlane.status;

import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

/**
 * All counters of one engine, in one Agrona counters region with labels, so that any Agrona tool can list them.
 */
public final class EngineCounters
{
    private static final int COUNTERS_FOR_PATHS = 256;
    private static final int COUNTERS_PER_SEGMENT = 4;

    private final CountersManager manager;
    private final PathCounters encap;
    private final PathCounters decap;

    /**
     * @param maxSegments segments that are counted apart.
     * @param maxRemotes  remotes that are counted apart.
     * @param maxLines    combinations of drop reason, VNI and remote that are told apart, each way.
     */
    public EngineCounters(final int maxSegments, final int maxRemotes, final int maxLines)
    {
        final int counters = COUNTERS_FOR_PATHS + maxSegments * COUNTERS_PER_SEGMENT;
        manager = new CountersManager(
            region(counters * CountersReader.METADATA_LENGTH),
            region(counters * CountersReader.COUNTER_LENGTH),
            StandardCharsets.US_ASCII);
        encap = new PathCounters(manager, "encap", maxRemotes, maxLines);
        decap = new PathCounters(manager, "decap", maxRemotes, maxLines);
    }

    /** @return what became of frames from our ports. */
    public PathCounters encap()
    {
        return encap;
    }

    /** @return what became of datagrams from the underlay. */
    public PathCounters decap()
    {
        return decap;
    }

    /**
     * @param path    {@code encap} or {@code decap}.
     * @param segment the VNI, or another name of what is counted.
     * @return counters for it.
     */
    public Traffic newTraffic(final String path, final String segment)
    {
        return new Traffic(manager, path + "." + segment);
    }

    /** @return every counter with its label. */
    public CountersReader reader()
    {
        return manager;
    }

    private static UnsafeBuffer region(final int length)
    {
        return new UnsafeBuffer(BufferUtil.allocateDirectAligned(length, 2 * BitUtil.CACHE_LINE_LENGTH));
    }
}
