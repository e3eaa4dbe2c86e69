package io.overlane.pipeline;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Notes from which remote a source MAC came (Linux {@code vxlan_snoop}). Runs on the thread that writes the FDB.
 *
 * <p>What is learned is the outer source address and the port datagrams are sent to, never the port they came from:
 * that varies by flow.
 */
final class Learn
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final int peerUdpPort;
    private final NanoClock clock;
    private long nowMs;
    private boolean isTimeKnown;

    Learn(final Fdb fdb, final RemoteTable remotes, final int peerUdpPort, final NanoClock clock)
    {
        this.fdb = fdb;
        this.remotes = remotes;
        this.peerUdpPort = peerUdpPort;
        this.clock = clock;
    }

    /** The next frame comes later than those before; these came together, so that one look at the clock did. */
    void onBatchEnd()
    {
        isTimeKnown = false;
    }

    /**
     * @return {@link DropReason#NONE}, also where there is no room to learn; else why Linux would drop the frame.
     */
    DropReason onFrame(final int vni, final long source, final long high, final long low)
    {
        if (!MacAddress.isValidSource(source))
        {
            return DropReason.BAD_SOURCE_MAC;
        }
        if (!isTimeKnown)
        {
            nowMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
            isTimeKnown = true;
        }
        final long entry = fdb.lookup(vni, source);
        if (entry != FdbEntry.MISSING)
        {
            final int current = FdbEntry.remote(entry);
            if (remotes.high(current) == high && remotes.low(current) == low)
            {
                fdb.learn(vni, source, current, nowMs);
                return DropReason.NONE;
            }
            if (FdbEntry.kind(entry) != FdbEntry.LEARNED)
            {
                return DropReason.STATIC_VIOLATION;
            }
        }
        learn(vni, source, high, low);
        return DropReason.NONE;
    }

    private void learn(final int vni, final long source, final long high, final long low)
    {
        final int remote = remotes.intern(high, low, peerUdpPort);
        if (remote >= 0)
        {
            final int result = fdb.learn(vni, source, remote, nowMs);
            if (result != Fdb.NEW && result != Fdb.MOVED)
            {
                remotes.release(remote);
            }
        }
    }
}
